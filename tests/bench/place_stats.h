/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a directory's files lie, in numbers: a pure part of place_map, tested
 * by tests/unit/place_stats.c.
 *
 * The disk is a model, no drive's data sheet: seek time = settling, 1 ms, and 8
 * ms for a stroke over all of the filesystem, with the square root of the
 * distance between; then half a turn at 7200/min, 4.17 ms, until the first
 * sector comes by; 150 MB/s where data lie one behind the other. That the time
 * of a seek grows as the square root of its length, the arm being accelerated
 * and slowed down, is from C. Ruemmler and J. Wilkes, "An Introduction to Disk
 * Drive Modeling", IEEE Computer 27(3), 1994; there long seeks grow linearly,
 * here they do not. The filesystem is taken to have all of the disk, so that a
 * small one stands for a large one. Inodes and directories are not read.
 *
 * In the model a gap of one block costs 5.2 ms. A drive that waits while what
 * it does not want passes under its head is faster over a gap of less than
 * 0.8 MB, so this is told apart: passing_ms.
 */
#ifndef FRSP_BENCH_PLACE_STATS_H
#define FRSP_BENCH_PLACE_STATS_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define DISK_SETTLE_MS	  1.0
#define DISK_STROKE_MS	  8.0
#define DISK_HALF_TURN_MS (60e3 / 7200 / 2)
#define DISK_BYTES_PER_MS 150e3

struct disk {
	uint64_t bytes;
	uint64_t head;	   /* the byte behind what was read last */
	double ms;	   /* each gap is a seek */
	double passing_ms; /* short gaps forward are waited for */
};

struct place_extent {
	uint64_t logical, start, bytes; /* start: on the disk */
};

struct place_file {
	int64_t born_ns;
	uint64_t ino; /* the order of files that were born at the same time */
	struct place_extent *extents;
	unsigned int n_extents;
};

/* Of many directories. */
struct place_sums {
	uint64_t files;
	uint64_t extents;
	uint64_t bytes;
	uint64_t *gaps; /* bytes from a file's end to the next one's start */
	uint64_t n_gaps;
	uint64_t span_bytes;	 /* each directory's, first to last byte */
	uint64_t distance_bytes; /* from the directory's inode to each file */
};

static inline uint64_t place_distance(uint64_t a, uint64_t b)
{
	return a < b ? b - a : a - b;
}

static inline double disk_seek_ms(const struct disk *disk, uint64_t to)
{
	double distance = place_distance(disk->head, to);

	if (distance == 0)
		return 0;
	return DISK_SETTLE_MS + DISK_STROKE_MS * sqrt(distance / disk->bytes) +
	       DISK_HALF_TURN_MS;
}

static inline double disk_pass_ms(const struct disk *disk, uint64_t to)
{
	double seek_ms = disk_seek_ms(disk, to);

	if (to < disk->head)
		return seek_ms;
	return fmin(seek_ms, (to - disk->head) / DISK_BYTES_PER_MS);
}

static inline void disk_read(struct disk *disk, const struct place_file *file)
{
	for (unsigned int i = 0; i < file->n_extents; i++) {
		const struct place_extent *extent = &file->extents[i];
		double transfer_ms = extent->bytes / DISK_BYTES_PER_MS;

		disk->ms += disk_seek_ms(disk, extent->start) + transfer_ms;
		disk->passing_ms +=
			disk_pass_ms(disk, extent->start) + transfer_ms;
		disk->head = extent->start + extent->bytes;
	}
}

/*
 * Adds what the kernel has as one extent; one that follows the last, in the
 * file and on the disk, is part of it. Returns 0 or -1: no memory.
 */
static inline int place_file_add(struct place_file *file, uint64_t logical,
				 uint64_t start, uint64_t bytes)
{
	struct place_extent *last = NULL, *grown;

	if (file->n_extents)
		last = &file->extents[file->n_extents - 1];
	if (last && last->logical + last->bytes == logical &&
	    last->start + last->bytes == start) {
		last->bytes += bytes;
		return 0;
	}
	grown = reallocarray(file->extents, file->n_extents + 1,
			     sizeof(*grown));
	if (!grown)
		return -1;
	file->extents = grown;
	grown[file->n_extents++] = (struct place_extent){logical, start, bytes};
	return 0;
}

static inline int place_by_birth(const void *a, const void *b)
{
	const struct place_file *x = a, *y = b;

	if (x->born_ns != y->born_ns)
		return x->born_ns < y->born_ns ? -1 : 1;
	return (x->ino > y->ino) - (x->ino < y->ino);
}

static inline int place_by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static inline uint64_t place_file_end(const struct place_file *file)
{
	const struct place_extent *last = &file->extents[file->n_extents - 1];

	return last->start + last->bytes;
}

static inline uint64_t place_span(const struct place_file *files,
				  unsigned int n_files)
{
	uint64_t first = UINT64_MAX, end = 0;

	for (unsigned int i = 0; i < n_files; i++)
		for (unsigned int j = 0; j < files[i].n_extents; j++) {
			const struct place_extent *e = &files[i].extents[j];

			if (e->start < first)
				first = e->start;
			if (e->start + e->bytes > end)
				end = e->start + e->bytes;
		}
	return n_files ? end - first : 0;
}

/*
 * Adds a directory whose inode is at inode_byte of the disk. Its files are in
 * the order of their creation; each has an extent. Returns 0 or -1: no memory.
 */
static inline int place_sums_add(struct place_sums *sums,
				 const struct place_file *files,
				 unsigned int n_files, uint64_t inode_byte)
{
	uint64_t *gaps = reallocarray(sums->gaps, sums->n_gaps + n_files + 1,
				      sizeof(*gaps));

	if (!gaps)
		return -1;
	sums->gaps = gaps;
	sums->files += n_files;
	sums->span_bytes += place_span(files, n_files);
	for (unsigned int i = 0; i < n_files; i++) {
		uint64_t start = files[i].extents[0].start;

		sums->extents += files[i].n_extents;
		for (unsigned int j = 0; j < files[i].n_extents; j++)
			sums->bytes += files[i].extents[j].bytes;
		sums->distance_bytes += place_distance(start, inode_byte);
		if (i)
			gaps[sums->n_gaps++] = place_distance(
				place_file_end(&files[i - 1]), start);
	}
	return 0;
}

/* Sorts the gaps. 0 if there is none. */
static inline double place_median_gap(struct place_sums *sums)
{
	if (!sums->n_gaps)
		return 0;
	qsort(sums->gaps, sums->n_gaps, sizeof(*sums->gaps), place_by_size);
	return ((double)sums->gaps[(sums->n_gaps - 1) / 2] +
		sums->gaps[sums->n_gaps / 2]) /
	       2;
}

static inline double place_mean_gap(const struct place_sums *sums)
{
	double sum = 0;

	for (uint64_t i = 0; i < sums->n_gaps; i++)
		sum += sums->gaps[i];
	return sums->n_gaps ? sum / sums->n_gaps : 0;
}

#endif
