// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * model_file DIR NAME SECONDS SEED KEEP: changes the file DIR/NAME at random
 * in all the ways that there are, and reads it: each byte must be what a model
 * of the file in memory has. Meanwhile something else, such as frspctl defrag,
 * does things to the file that nobody may notice.
 *
 * In turn, the file is closed for a moment, so that others can have a lease on
 * it, and is open for some operations. Now and then it is made anew, in pieces
 * that lie between those of DIR/NAME.between, so that there is something to
 * defragment. In the end the model is written to the file KEEP, which DIR/NAME
 * must equal also after a remount.
 *
 * SEED determines all operations. If a byte is wrong, the last of them are
 * printed, and the exit status is 1. It is 2 if an operation failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/falloc.h>
#include <sys/mman.h>

#define MAX_BYTES    (4 << 20)
#define MAX_IO_BYTES (96 << 10)
#define BLOCK	     4096
#define PIECE_BYTES  (16 * BLOCK)
#define N_LAST	     40

static unsigned char model[MAX_BYTES],
	buffer[MAX_BYTES] __attribute__((aligned(BLOCK)));
static size_t size; /* of the file */
static char name[PATH_MAX], other_name[PATH_MAX], between[PATH_MAX];
static int fd = -1;
static unsigned long seed, state, n_operations;
static char last[N_LAST][96];

/* xorshift64* */
static unsigned long random_below(unsigned long n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 2685821657736338717UL >> 11) % n;
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(last[n_operations++ % N_LAST], sizeof(last[0]), format, args);
	va_end(args);
}

__attribute__((noreturn)) static void stop(int status)
{
	unsigned long i = n_operations < N_LAST ? 0 : n_operations - N_LAST;

	fprintf(stderr, "model_file: seed %lu; the last operations on %s:\n",
		seed, name);
	for (; i < n_operations; i++)
		fprintf(stderr, "%8lu  %s\n", i, last[i % N_LAST]);
	exit(status);
}

static void check(long result, const char *call)
{
	if (result >= 0)
		return;
	fprintf(stderr, "model_file: %s: %s\n", call, strerror(errno));
	stop(2);
}

/* Compares what was read, which is in the buffer. */
static void compare(const unsigned char *got, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (got[i] == model[at + i])
			continue;
		fprintf(stderr,
			"model_file: byte %zu of %zu is %02x, should be %02x\n",
			at + i, size, got[i], model[at + i]);
		stop(1);
	}
}

/* Some bytes of the file: *at and their number, which is 0 if it has none. */
static size_t choose(size_t *at)
{
	size_t n = random_below(MAX_IO_BYTES) + 1;

	*at = size ? random_below(size) : 0;
	return n < size - *at ? n : size - *at;
}

/* The same with whole blocks, of which the last one may go beyond the end. */
static size_t choose_blocks(size_t *at)
{
	size_t n = random_below(MAX_IO_BYTES / BLOCK) + 1;
	size_t blocks = (size + BLOCK - 1) / BLOCK;

	*at = blocks ? random_below(blocks) : 0;
	n = n < blocks - *at ? n : blocks - *at;
	*at *= BLOCK;
	return n * BLOCK;
}

/* Fills the buffer, and the model from at on. */
static void make_up(size_t at, size_t n)
{
	unsigned long value = random_below(ULONG_MAX);

	for (size_t i = 0; i < n; i++)
		buffer[i] = (value >> i % 8 * 8) + i / 8;
	memcpy(model + at, buffer, n);
	if (at + n > size)
		size = at + n;
}

static void write_some(void)
{
	size_t at = random_below(size + 1), n = random_below(MAX_IO_BYTES) + 1;

	n = n < MAX_BYTES - at ? n : MAX_BYTES - at;
	note("write %zu..%zu", at, at + n);
	make_up(at, n);
	check(pwrite(fd, buffer, n, at), "write");
}

static void read_some(void)
{
	size_t at, n = choose(&at);

	note("read %zu..%zu", at, at + n);
	check(pread(fd, buffer, n, at) == (ssize_t)n ? 0 : -1, "read");
	compare(buffer, at, n);
}

static int open_direct(void)
{
	int direct = open(name, O_RDWR | O_DIRECT);

	check(direct, "open with O_DIRECT");
	return direct;
}

static void write_direct(void)
{
	size_t at, n = choose_blocks(&at);
	int direct = open_direct();

	note("direct write %zu..%zu", at, at + n);
	make_up(at, n);
	check(pwrite(direct, buffer, n, at), "direct write");
	close(direct);
}

static void read_direct(void)
{
	size_t at, n = choose_blocks(&at);
	int direct = open_direct();
	ssize_t got = pread(direct, buffer, n, at);

	note("direct read %zu..%zu", at, at + n);
	check(got == (ssize_t)(n < size - at ? n : size - at) ? 0 : -1,
	      "direct read");
	compare(buffer, at, got);
	close(direct);
}

/* Maps the whole file. */
static unsigned char *map(void)
{
	unsigned char *mapped =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	check(mapped == MAP_FAILED ? -1 : 0, "mmap");
	return mapped;
}

static void write_mapped(void)
{
	size_t at, n = choose(&at);
	bool sync = random_below(2);
	unsigned char *mapped;

	note("mapped write %zu..%zu%s", at, at + n, sync ? ", msync" : "");
	if (!n)
		return;
	mapped = map();
	make_up(at, n);
	memcpy(mapped + at, buffer, n);
	if (sync)
		check(msync(mapped, size, MS_SYNC), "msync");
	munmap(mapped, size);
}

static void read_mapped(void)
{
	size_t at, n = choose(&at);
	unsigned char *mapped;

	note("mapped read %zu..%zu", at, at + n);
	if (!n)
		return;
	mapped = map();
	compare(mapped + at, at, n);
	munmap(mapped, size);
}

static void append(void)
{
	size_t n = random_below(MAX_IO_BYTES) + 1;
	int end;

	n = n < MAX_BYTES - size ? n : MAX_BYTES - size;
	note("append %zu..%zu", size, size + n);
	end = open(name, O_WRONLY | O_APPEND);
	check(end, "open with O_APPEND");
	make_up(size, n);
	check(write(end, buffer, n), "append");
	close(end);
}

static void set_size(size_t to)
{
	if (to > size)
		memset(model + size, 0, to - size);
	size = to;
}

static void truncate_to(void)
{
	size_t to = random_below(4) ? size - random_below(size / 8 + 1)
				    : random_below(MAX_BYTES);

	note("truncate %zu -> %zu", size, to);
	set_size(to);
	check(ftruncate(fd, to), "ftruncate");
}

static void preallocate(void)
{
	size_t at = random_below(MAX_BYTES - MAX_IO_BYTES);
	size_t n = random_below(MAX_IO_BYTES) + 1;
	bool keep = random_below(2);

	note("fallocate %zu..%zu%s", at, at + n, keep ? ", size stays" : "");
	if (!keep && at + n > size)
		set_size(at + n);
	check(fallocate(fd, keep ? FALLOC_FL_KEEP_SIZE : 0, at, n),
	      "fallocate");
}

static void zero(int mode, const char *call)
{
	size_t at, n = choose(&at);

	note("%s %zu..%zu", call, at, at + n);
	if (!n)
		return;
	memset(model + at, 0, n);
	check(fallocate(fd, mode | FALLOC_FL_KEEP_SIZE, at, n), call);
}

static void punch(void)
{
	zero(FALLOC_FL_PUNCH_HOLE, "punch hole");
}

static void zero_range(void)
{
	zero(FALLOC_FL_ZERO_RANGE, "zero range");
}

static void collapse(void)
{
	size_t at, n = choose_blocks(&at);

	if (at + n >= size)
		return;
	note("collapse %zu..%zu", at, at + n);
	memmove(model + at, model + at + n, size - at - n);
	size -= n;
	check(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, at, n), "collapse");
}

static void insert(void)
{
	size_t at, n = choose_blocks(&at);

	if (at >= size || size + n > MAX_BYTES)
		return;
	note("insert %zu..%zu", at, at + n);
	memmove(model + at + n, model + at, size - at);
	memset(model + at, 0, n);
	size += n;
	check(fallocate(fd, FALLOC_FL_INSERT_RANGE, at, n), "insert");
}

static void sync_file(void)
{
	bool data = random_below(2);

	note(data ? "fdatasync" : "fsync");
	check(data ? fdatasync(fd) : fsync(fd), "sync");
}

/* What is read next comes from the disk. */
static void drop(void)
{
	note("drop from the page cache");
	check(fdatasync(fd), "fdatasync");
	check(-posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), "fadvise");
}

static void rename_file(void)
{
	char old[PATH_MAX];

	note("rename");
	check(rename(name, other_name), "rename");
	strcpy(old, name);
	strcpy(name, other_name);
	strcpy(other_name, old);
}

static void compare_all(void)
{
	ssize_t got = pread(fd, buffer, MAX_BYTES, 0);

	note("read all, %zu bytes", size);
	check(got == (ssize_t)size ? 0 : -1, "read all");
	compare(buffer, 0, size);
}

/* Makes the file anew, in pieces. posix_fallocate(): ext4 allocates just these
 * blocks, and not some for later, as it would for a write.
 */
static void recreate(void)
{
	size_t to = (random_below(48) + 8) * PIECE_BYTES;
	int gap;

	note("unlink, create with %zu bytes", to);
	close(fd);
	check(unlink(name), "unlink");
	fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	check(fd, "create");
	gap = open(between, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(gap, "create");
	size = 0;
	while (size < to) {
		check(-posix_fallocate(fd, size, PIECE_BYTES), "fallocate");
		check(-posix_fallocate(gap, size, PIECE_BYTES), "fallocate");
		make_up(size, PIECE_BYTES);
		check(pwrite(fd, buffer, PIECE_BYTES, size - PIECE_BYTES),
		      "write");
	}
	close(gap);
	check(fsync(fd), "fsync");
}

static const struct {
	void (*run)(void);
	int weight;
} operations[] = {
	{write_some, 10}, {read_some, 10},   {write_direct, 6},
	{read_direct, 6}, {write_mapped, 8}, {read_mapped, 6},
	{append, 4},	  {truncate_to, 3},  {preallocate, 3},
	{punch, 3},	  {zero_range, 3},   {collapse, 2},
	{insert, 2},	  {sync_file, 4},    {drop, 4},
	{rename_file, 3}, {compare_all, 3},  {recreate, 2},
};
#define N_OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static void do_one(void)
{
	unsigned long sum = 0, chosen;
	size_t i;

	for (i = 0; i < N_OPERATIONS; i++)
		sum += operations[i].weight;
	chosen = random_below(sum);
	for (i = 0; chosen >= (unsigned long)operations[i].weight; i++)
		chosen -= operations[i].weight;
	operations[i].run();
}

/* Closes the file for a moment, and sometimes truncates it by its name. */
static void pause_closed(void)
{
	struct timespec pause = {.tv_nsec = random_below(80) * 1000000};

	note("close, pause for %ld ms", pause.tv_nsec / 1000000);
	close(fd);
	nanosleep(&pause, NULL);
	if (!random_below(8)) {
		size -= random_below(size / 4 + 1);
		note("truncate by name to %zu", size);
		check(truncate(name, size), "truncate");
	}
	fd = open(name, O_RDWR);
	check(fd, "open");
}

static void keep_model(const char *path)
{
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(out, path);
	for (size_t done = 0; done < size;) {
		ssize_t n = write(out, model + done, size - done);

		check(n, path);
		done += n;
	}
	close(out);
}

int main(int argc, char **argv)
{
	time_t end;

	if (argc != 6) {
		fprintf(stderr,
			"usage: model_file DIR NAME SECONDS SEED KEEP\n");
		return 2;
	}
	end = time(NULL) + strtol(argv[3], NULL, 10);
	seed = strtoul(argv[4], NULL, 10);
	state = seed * 0x9e3779b97f4a7c15UL + 1;
	snprintf(name, sizeof(name), "%s/%s", argv[1], argv[2]);
	snprintf(other_name, sizeof(other_name), "%s/%s.new", argv[1], argv[2]);
	snprintf(between, sizeof(between), "%s/%s.between", argv[1], argv[2]);
	fd = open(name, O_RDWR | O_CREAT, 0600);
	check(fd, "create");
	recreate();
	while (time(NULL) < end) {
		unsigned long n = random_below(12);

		pause_closed();
		compare_all();
		while (n--)
			do_one();
	}
	compare_all();
	close(fd);
	keep_model(argv[5]);
	printf("%s %lu\n", name, n_operations);
	return 0;
}
