/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Computes numbers about the places of a directory's files: the part of
 * place_map without I/O. tests/unit/bench/place_stats.c tests it.
 *
 * The disk is a model, not a certain drive. A seek takes 1 ms to settle, plus 8
 * ms * sqrt(distance / size of the filesystem), plus half a turn at 7200/min,
 * 4.17 ms, until the first sector arrives. Data are transferred at 150 MB/s.
 * For example, a seek over a quarter of the filesystem takes 1 + 4 + 4.17 =
 * 9.17 ms.
 *
 * The seek time grows as the square root of the distance, because the arm is
 * accelerated and slowed down: C. Ruemmler and J. Wilkes, "An Introduction to
 * Disk Drive Modeling", IEEE Computer 27(3), 1994. There the time of long seeks
 * grows linearly, here it does not. The model takes the filesystem for all of
 * the disk, so that a small one stands for a large one. Inodes and directories
 * are not read.
 *
 * In the model a gap of one block costs 5.2 ms. A drive may instead wait until
 * the gap has passed under its head, which is faster if the gap is shorter than
 * 0.8 MB. passing_ms is the time with such waits.
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
	uint64_t head;	   /* the byte after the last one that was read */
	double ms;	   /* if each gap is a seek */
	double passing_ms; /* if the drive waits at short gaps forward */
};

struct place_extent {
	uint64_t logical, start, bytes; /* start: on the disk */
};

struct place_file {
	int64_t born_ns;
	uint64_t ino; /* orders files with the same born_ns */
	struct place_extent *extents;
	unsigned int n_extents;
};

/* The sums over all directories. */
struct place_sums {
	uint64_t files;
	uint64_t extents;
	uint64_t bytes;
	uint64_t *gaps; /* bytes from a file's end to the next one's start */
	uint64_t n_gaps;
	uint64_t span_bytes;	 /* from a directory's first to its last byte */
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
 * Adds an extent, as the kernel reports it. An extent that continues the last
 * one, in the file and on the disk, is joined to it. Returns 0, or -1 without
 * memory.
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
 * Adds a directory whose inode is at inode_byte of the disk. The files are in
 * the order of their creation, and each has an extent. Returns 0, or -1 without
 * memory.
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

/* Sorts the gaps. Returns 0 if there is none. */
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
