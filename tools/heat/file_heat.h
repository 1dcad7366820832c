/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the hot table has about one file: the file, each of its ranges, and
 * the heat over its length. Pure: heat/page.h adds what the system knows.
 */
#ifndef FRSP_FILE_HEAT_H
#define FRSP_FILE_HEAT_H

#include "heat/rank.h"
#include "paths/path.h"

struct file_heat {
	struct path_key key;
	bool is_tracked;    /* the table has the file */
	struct hot_row row; /* of the file; counts are 0 if it is not tracked */
	struct hot_row *ranges; /* by offset */
	__u32 n_ranges;
	double hottest; /* the temperature of the hottest range */
	bool has_rates; /* a read before this one was at .read_s */
	double read_s;
};

/* Reads the table, at the time now_s. Rates are those since the last call for
 * the same heat, which begins as all 0 but for .key. Rows lack what
 * hot_monitor fills in. Returns 0 or -ENOMEM.
 */
int file_heat_read(struct file_heat *heat, const struct hot_table *table,
		   const struct hot_clock *clock, double now_s);
void file_heat_free(struct file_heat *heat);

/* The bytes that a strip of the file has: its length, but at least to the end
 * of the last range. length: 0: not known.
 */
__u64 file_heat_span(const struct file_heat *heat, __u64 length);

/* Maps the ranges to n cells that have the same length: each cell gets the
 * temperature of the hottest range that has a byte in it; < 0: none has.
 */
void file_heat_strip(const struct file_heat *heat, __u64 span, __u32 n,
		     double *cells);

/* The cell that has this offset. */
__u32 file_heat_cell(__u64 offset, __u64 span, __u32 n);

/* Sorts pointers to the ranges: the best by key first. order: room for
 * .n_ranges.
 */
void file_heat_order(const struct file_heat *heat, struct hot_sort sort,
		     const struct hot_row **order);

#endif
