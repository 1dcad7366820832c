// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Overwrites a file, block by block, and notes what the kernel promised to be
 * on the disk, so that it can be looked for after a crash.
 *
 *   promises prepare FILE LOG   fills FILE, which stays where it is, with the
 *                               number 0, and LOG, too
 *   promises write FILE LOG SYNC SEED closed|open
 *                               overwrites random blocks with growing numbers,
 *                               until an operation fails, such as after a
 *                               crash. After each, makes the kernel promise
 *                               that it is on the disk, and then notes in LOG
 *                               that it did. SYNC is how: fsync, fdatasync,
 *                               O_DSYNC, direct (O_DIRECT and fdatasync) or
 *                               msync. closed: FILE is closed now and then, so
 *                               that others can have a lease on it
 *   promises check FILE LOG     each block of FILE has the number that LOG has.
 *                               One may have a newer one, all or a part of it,
 *                               whose write had not returned yet. Exit status
 *                               1: blocks are lost
 *
 * With $PROMISES_MARK, a device of dm-log-writes, write also puts a mark into
 * its log for each promise: SYNC, the block and its number, joined by colons.
 * It does so at once: what is promised must hold from then on, and another
 * process may commit the journal in the next moment. Then it waits for
 * MARK_PAUSE_MS, so that there is not too much to replay.
 *
 * A block is full of its number, 8 bytes each. LOG has 8 bytes for each block;
 * it must be on a filesystem that the crash leaves alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define BLOCK 4096
#define WORDS (BLOCK / 8)
#define MARK  0x6672737000000000ULL /* "frsp" */

#define MARK_PAUSE_MS 50

static __u64 block[WORDS] __attribute__((aligned(BLOCK)));

__attribute__((noreturn)) static void fail(const char *what)
{
	fprintf(stderr, "promises: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		fail(path);
	return fd;
}

static size_t blocks_of(int fd)
{
	struct stat stat;

	if (fstat(fd, &stat) || stat.st_size < BLOCK)
		fail("the file has no block");
	return stat.st_size / BLOCK;
}

static void fill(__u64 number)
{
	for (int i = 0; i < WORDS; i++)
		block[i] = MARK | number;
}

static int prepare(const char *path, const char *log)
{
	int fd = open_file(path, O_RDWR);
	int notes = open_file(log, O_WRONLY | O_CREAT | O_TRUNC);
	size_t n = blocks_of(fd);

	fill(0);
	for (size_t i = 0; i < n; i++)
		if (pwrite(fd, block, BLOCK, i * BLOCK) != BLOCK)
			fail(path);
	if (fsync(fd) || ftruncate(notes, n * sizeof(__u64)))
		fail("prepare");
	return 0;
}

enum sync { FSYNC, FDATASYNC, DSYNC, DIRECT, MSYNC, N_SYNCS };

static const struct {
	const char *name;
	int flags;
} syncs[] = {
	[FSYNC] = {"fsync", 0},		[FDATASYNC] = {"fdatasync", 0},
	[DSYNC] = {"O_DSYNC", O_DSYNC}, [DIRECT] = {"direct", O_DIRECT},
	[MSYNC] = {"msync", 0},
};

static enum sync sync_named(const char *name)
{
	for (int i = 0; i < N_SYNCS; i++)
		if (!strcmp(name, syncs[i].name))
			return i;
	errno = EINVAL;
	fail(name);
}

static bool store_and_msync(int fd, off_t at)
{
	void *mapped =
		mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);
	bool promised;

	if (mapped == MAP_FAILED)
		return false;
	memcpy(mapped, block, BLOCK);
	promised = !msync(mapped, BLOCK, MS_SYNC);
	munmap(mapped, BLOCK);
	return promised;
}

/* Writes the block; true: the kernel promised that it is on the disk. */
static bool is_promised(int fd, off_t at, enum sync sync)
{
	if (sync == MSYNC)
		return store_and_msync(fd, at);
	if (pwrite(fd, block, BLOCK, at) != BLOCK)
		return false;
	if (sync == FSYNC)
		return !fsync(fd);
	return sync == DSYNC || !fdatasync(fd);
}

/* After a crash, a mapped page cannot be written any more. */
static void end(int signal)
{
	(void)signal;
	_exit(0);
}

static void pause_closed(void)
{
	struct timespec pause = {.tv_nsec = random() % 20 * 1000000};

	nanosleep(&pause, NULL);
}

/* dmsetup message DEVICE 0 mark TEXT */
static void mark(const char *device, const char *text)
{
	static int control = -1;
	struct {
		struct dm_ioctl head;
		__u64 sector;
		char message[256];
	} call = {
		.head = {.version = {4},
			 .data_size = sizeof(call),
			 .data_start = sizeof(call.head)},
	};

	if (control < 0)
		control = open_file("/dev/mapper/control", O_RDWR);
	snprintf(call.head.name, sizeof(call.head.name), "%s", device);
	snprintf(call.message, sizeof(call.message), "mark %s", text);
	if (ioctl(control, DM_TARGET_MSG, &call))
		fail(text);
	poll(NULL, 0, MARK_PAUSE_MS);
}

static void note(int notes, enum sync sync, off_t at, __u64 number)
{
	const char *device = getenv("PROMISES_MARK");
	char text[128];

	snprintf(text, sizeof(text), "%s:%lld:%llu", syncs[sync].name,
		 (long long)at, number);
	if (device)
		mark(device, text);

	if (pwrite(notes, &number, sizeof(number), at * sizeof(number)) !=
	    sizeof(number))
		fail("cannot note a promise");
}

/* Some writes. False: one failed. */
static bool write_some(int fd, int notes, enum sync sync, __u64 *number)
{
	size_t n = blocks_of(fd);

	for (int i = random() % 8; i >= 0; i--) {
		off_t at = random() % n;

		fill(++*number);
		if (!is_promised(fd, at * BLOCK, sync))
			return false;
		note(notes, sync, at, *number);
	}
	return true;
}

static int write_all(const char *path, const char *log, char **args)
{
	enum sync sync = sync_named(args[0]);
	bool stays_open = !strcmp(args[2], "open");
	int notes = open_file(log, O_WRONLY | (getenv("PROMISES_SYNC") ? O_SYNC
								       : 0));
	int fd = -1;
	__u64 number = 0;

	srandom(strtoul(args[1], NULL, 10));
	signal(SIGBUS, end);
	do {
		if (fd < 0)
			fd = open(path, O_RDWR | O_CLOEXEC | syncs[sync].flags);
		if (fd < 0 || !write_some(fd, notes, sync, &number))
			return 0;
		if (!stays_open) {
			close(fd);
			fd = -1;
			pause_closed();
		}
	} while (true);
}

enum state { KEPT, NEWER, LOST };

/* What became of a promise. While a block is overwritten, somebody else, such
 * as the mover, may have the page written with a part of it. So it may be newer
 * in parts, but nowhere older.
 */
static enum state state_of(__u64 promised)
{
	enum state state = KEPT;

	for (int i = 0; i < WORDS; i++) {
		if (block[i] < (MARK | promised))
			return LOST;
		if (block[i] > (MARK | promised))
			state = NEWER;
	}
	return state;
}

static int check(const char *path, const char *log)
{
	int fd = open_file(path, O_RDONLY), notes = open_file(log, O_RDONLY);
	size_t n = blocks_of(fd), n_of[] = {0, 0, 0}, written = 0;

	for (size_t i = 0; i < n; i++) {
		__u64 promised;

		if (pread(fd, block, BLOCK, i * BLOCK) != BLOCK ||
		    pread(notes, &promised, sizeof(promised),
			  i * sizeof(promised)) != sizeof(promised))
			fail("read");
		written += promised != 0;
		n_of[state_of(promised)]++;
	}
	printf("%zu blocks were promised, %zu are lost, %zu are newer\n",
	       written, n_of[LOST], n_of[NEWER]);
	return n_of[LOST] || n_of[NEWER] > 1;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "prepare"))
		return prepare(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "check"))
		return check(argv[2], argv[3]);
	if (argc == 7 && !strcmp(argv[1], "write"))
		return write_all(argv[2], argv[3], argv + 4);
	fprintf(stderr,
		"usage: promises prepare|check FILE LOG\n"
		"       promises write FILE LOG SYNC SEED closed|open\n");
	return 2;
}
