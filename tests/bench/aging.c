// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * aging DIR [SEED [ROUNDS [LOW [HIGH [CLUSTER]]]]]: ages the fresh filesystem
 * at DIR. It fills the filesystem to HIGH percent (95) of its free space; then
 * each round deletes files down to LOW percent (85), and creates and appends up
 * to HIGH percent again. Prints a line for each round: extents per file, in all
 * and by size, with how often such a file was opened to write, and the CPU time
 * of the system.
 *
 * The operations depend on SEED alone, never on the filesystem's answers, so
 * they are the same on both sides of a comparison. Fullness is the sum of the
 * files' sizes in clusters of CLUSTER bytes (4096).
 *
 * The files are those of a small file server with documents, pictures and
 * recordings: half of them are small, and a few large ones have most bytes (the
 * table below; sizes are log-uniform within a class). WRITERS files are being
 * written at the same time, in steps; a writer creates a file or, now and then,
 * appends to one. A few logs, which are always open, grow by small appends.
 * syncfs() ends delayed allocation after each SYNC_BYTES, as the kernel's
 * flusher would do, but at the same point on both sides.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "random64.h"
#include "write_all.h"

#define N_DIRS	       64
#define MAX_FILES      (1 << 18)
#define SYNC_BYTES     (32 << 20)
#define LOGS	       8 /* files that only grow */
#define LOG_BYTES      (24 << 20)
#define LOG_PERCENT    10 /* of all writes */
#define CHUNK_BYTES    (1 << 20)
#define WRITERS	       8 /* files being written at a time */
#define STEP_BYTES     (256 << 10)
#define CREATE_PERCENT 85 /* of new writes create a file, others append */

static const struct size_class create_sizes[] = {
	{30, 1 << 10, 64 << 10},
	{30, 64 << 10, 1 << 20},
	{25, 1 << 20, 8 << 20},
	{15, 8 << 20, 64 << 20},
};
static const struct size_class append_sizes[] = {
	{60, 1 << 10, 64 << 10},
	{40, 64 << 10, 1 << 20},
};
static const struct size_class log_sizes[] = {
	{100, 1 << 10, 64 << 10},
};

struct file {
	uint32_t id;
	uint32_t writes;
	uint64_t bytes;
};

struct log {
	struct file file;
	int fd;
};

struct writer {
	struct file *file;
	int fd;
	uint64_t bytes; /* still to be written; 0: no file is open */
};

static struct file files[MAX_FILES];
static uint32_t n_files, next_id;
static struct log logs[LOGS];
static struct writer writers[WRITERS];
static uint64_t cluster_bytes, used_clusters, dirty_bytes;
static int root_fd;
static char chunk[CHUNK_BYTES];

static void die(const char *what)
{
	fprintf(stderr, "aging: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t clusters_of(uint64_t bytes)
{
	return (bytes + cluster_bytes - 1) / cluster_bytes;
}

static void name_of(uint32_t id, char name[32])
{
	snprintf(name, 32, "d%u/f%u", id % N_DIRS, id);
}

/*
 * A filesystem that is really full ends the run: the sides could differ then.
 */
static void write_chunks(int fd, uint64_t bytes)
{
	if (!write_all(fd, chunk, CHUNK_BYTES, bytes))
		die("write");
}

static int open_file(struct file *file)
{
	char name[32];
	int fd;

	name_of(file->id, name);
	fd = openat(root_fd, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0644);
	if (fd < 0)
		die(name);
	return fd;
}

static void unlink_file(struct file *file)
{
	char name[32];

	name_of(file->id, name);
	if (unlinkat(root_fd, name, 0))
		die(name);
	used_clusters -= clusters_of(file->bytes);
}

static void append(struct file *file, int fd, uint64_t bytes)
{
	write_chunks(fd, bytes);
	used_clusters -= clusters_of(file->bytes);
	file->bytes += bytes;
	used_clusters += clusters_of(file->bytes);
	dirty_bytes += bytes;
	if (dirty_bytes >= SYNC_BYTES) {
		syncfs(root_fd);
		dirty_bytes = 0;
	}
}

static struct file *new_file(void)
{
	if (n_files == MAX_FILES) {
		errno = ENFILE;
		die("too many files");
	}
	files[n_files] = (struct file){.id = next_id++};
	return &files[n_files++];
}

static void append_log(void)
{
	struct log *log = &logs[random64() % LOGS];

	if (log->file.bytes > LOG_BYTES) { /* rotated */
		unlink_file(&log->file);
		close(log->fd);
		log->file = (struct file){.id = next_id++};
		log->fd = open_file(&log->file);
	}
	append(&log->file, log->fd, random_size(log_sizes));
}

/* The writer begins a new file, or to append to an existing one. */
static void writer_begin(struct writer *writer)
{
	if (random64() % 100 < CREATE_PERCENT || !n_files) {
		writer->file = new_file();
		writer->bytes = random_size(create_sizes);
	} else {
		writer->file = &files[random64() % n_files];
		writer->bytes = random_size(append_sizes);
	}
	writer->file->writes++;
	writer->fd = open_file(writer->file);
}

static void writer_step(struct writer *writer)
{
	uint64_t bytes;

	if (!writer->bytes)
		writer_begin(writer);
	bytes = writer->bytes < STEP_BYTES ? writer->bytes : STEP_BYTES;
	append(writer->file, writer->fd, bytes);
	writer->bytes -= bytes;
	if (!writer->bytes)
		close(writer->fd);
}

static void fill_to(uint64_t clusters)
{
	while (used_clusters < clusters) {
		if (random64() % 100 < LOG_PERCENT)
			append_log();
		else
			writer_step(&writers[random64() % WRITERS]);
	}
	/* Ends all writers, because the next deletes must not delete a file
	 * that is open. */
	for (int i = 0; i < WRITERS; i++) {
		if (writers[i].bytes)
			close(writers[i].fd);
		writers[i].bytes = 0;
	}
	syncfs(root_fd);
}

static void delete_one(void)
{
	struct file *file = &files[random64() % n_files];

	unlink_file(file);
	*file = files[--n_files];
}

static void empty_to(uint64_t clusters)
{
	while (used_clusters > clusters)
		delete_one();
	syncfs(root_fd);
}

/* An extent that follows the one before on the disk is not counted. */
static unsigned int count_extents(const struct file *file)
{
	struct {
		struct fiemap map;
		struct fiemap_extent extent[256];
	} query;
	uint64_t end = 0, from = 0;
	unsigned int n = 0;
	bool last = false;
	char name[32];
	int fd;

	name_of(file->id, name);
	fd = openat(root_fd, name, O_RDONLY);
	if (fd < 0)
		die(name);
	while (!last) {
		memset(&query.map, 0, sizeof(query.map));
		query.map.fm_start = from;
		query.map.fm_length = FIEMAP_MAX_OFFSET - from;
		query.map.fm_extent_count = 256;
		if (ioctl(fd, FS_IOC_FIEMAP, &query.map))
			die("FIEMAP");
		last = !query.map.fm_mapped_extents;
		for (unsigned int i = 0; i < query.map.fm_mapped_extents; i++) {
			const struct fiemap_extent *extent = &query.extent[i];

			n += extent->fe_physical != end;
			end = extent->fe_physical + extent->fe_length;
			from = extent->fe_logical + extent->fe_length;
			last |= extent->fe_flags & FIEMAP_EXTENT_LAST;
		}
	}
	close(fd);
	return n;
}

/* The time of all CPUs in ms; system includes interrupts. */
static void cpu_ms(uint64_t *user_ms, uint64_t *system_ms)
{
	unsigned long long user, nice, sys, idle, iowait, irq, softirq;
	FILE *stat = fopen("/proc/stat", "re");

	if (!stat ||
	    fscanf(stat, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice,
		   &sys, &idle, &iowait, &irq, &softirq) != 7)
		die("/proc/stat");
	fclose(stat);
	*user_ms = (user + nice) * 10;
	*system_ms = (sys + irq + softirq) * 10;
}

struct tally {
	uint64_t files;
	uint64_t extents;
	uint64_t writes;
};

static void add(struct tally tallies[], const struct file *file)
{
	unsigned int n = count_extents(file), class = 0;

	while (class < 3 && file->bytes > create_sizes[class].max_bytes)
		class ++;
	tallies[class].files++;
	tallies[class].extents += n;
	tallies[class].writes += file->writes;
	tallies[4].files++;
	tallies[4].extents += n;
	tallies[4].writes += file->writes;
}

static void report(unsigned int round, uint64_t system_ms)
{
	struct tally tallies[5] = {};

	for (uint32_t i = 0; i < n_files; i++)
		add(tallies, &files[i]);
	for (int i = 0; i < LOGS; i++)
		add(tallies, &logs[i].file);
	printf("%u\t%llu\t%llu\t%.3f", round,
	       (unsigned long long)tallies[4].files,
	       (unsigned long long)tallies[4].extents,
	       (double)tallies[4].extents / tallies[4].files);
	for (int i = 0; i < 4; i++)
		printf("\t%.3f/%.2f",
		       (double)tallies[i].extents / tallies[i].files,
		       (double)tallies[i].writes / tallies[i].files);
	printf("\t%llu\n", (unsigned long long)system_ms);
	fflush(stdout);
}

static void age(unsigned int rounds, uint64_t low, uint64_t high)
{
	uint64_t user_ms, before_ms, after_ms;

	printf("round\tfiles\textents\tmean\t<=64K\t<=1M\t<=8M\t>8M\tsystem_"
	       "ms\n");
	for (unsigned int round = 0; round <= rounds; round++) {
		cpu_ms(&user_ms, &before_ms);
		if (round)
			empty_to(low);
		fill_to(high);
		cpu_ms(&user_ms, &after_ms);
		report(round, after_ms - before_ms);
	}
}

static uint64_t number(int argc, char **argv, int i, uint64_t otherwise)
{
	return i < argc ? strtoull(argv[i], NULL, 0) : otherwise;
}

int main(int argc, char **argv)
{
	uint64_t low = number(argc, argv, 4, 85);
	uint64_t high = number(argc, argv, 5, 95);
	struct statvfs fs;
	uint64_t clusters;
	char name[32];

	if (argc < 2) {
		fprintf(stderr, "usage: aging DIR [SEED [ROUNDS [LOW [HIGH "
				"[CLUSTER]]]]]\n");
		return 2;
	}
	rng = number(argc, argv, 2, 1);
	root_fd = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (root_fd < 0 || fstatvfs(root_fd, &fs))
		die(argv[1]);
	cluster_bytes = number(argc, argv, 6, 4096);
	clusters = fs.f_bavail * fs.f_frsize / cluster_bytes;
	for (int i = 0; i < N_DIRS; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		if (mkdirat(root_fd, name, 0755))
			die(name);
	}
	for (int i = 0; i < LOGS; i++) {
		logs[i].file.id = next_id++;
		logs[i].fd = open_file(&logs[i].file);
	}
	age(number(argc, argv, 3, 10), clusters * low / 100,
	    clusters * high / 100);
	return 0;
}
