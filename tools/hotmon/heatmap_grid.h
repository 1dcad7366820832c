/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A map of I/O: cells by offset and by time. Rows belong to bands, one below
 * the other; a band is a file or a disk. A row has whole MiB of its band. A
 * column has whole intervals of the recording.
 *
 * Example: a file of 10 MiB, 4 rows; 60 intervals of 1 s, at most 40 columns.
 *
 *   row_bytes    3 MiB: rows 0 to 3 begin at 0, 3, 6 and 9 MiB
 *   column_ns    2 s: 30 columns
 *   8 I/Os from 5M to 7M in second 4     4 in row 1, 4 in row 2, of column 2
 *
 * Pure: whoever reads the recording fills it in, and the drawings compute
 * nothing but where a cell is.
 */
#ifndef FRSP_HOTMON_HEATMAP_GRID_H
#define FRSP_HOTMON_HEATMAP_GRID_H

#include <linux/types.h>

struct heatmap_band {
	const char *name; /* as it is shown; it must live longer */
	__u64 bytes;	  /* from offset 0 on */
	__u64 row_bytes;
	__u32 first_row, n_rows;
};

/* The band of so many bytes with at least 1 and at most max_rows rows. */
struct heatmap_band heatmap_band_fit(__u64 bytes, __u32 max_rows);

struct heatmap_grid {
	__u64 start_ns, column_ns;
	__u32 n_columns, n_rows;
	double *ios; /* row by row */
};

/* An empty grid, for n_intervals from start_ns to end_ns, all at least 1. The
 * caller frees .ios. Returns 0 or -ENOMEM.
 */
int heatmap_grid_make(struct heatmap_grid *grid, __u64 start_ns, __u64 end_ns,
		      __u64 n_intervals, __u32 max_columns, __u32 n_rows);

/* Adds I/Os: spreads them evenly over the bytes from offset on, which are in
 * the band, and over the columns whose middle is between start_ns and end_ns.
 * If there is none, all are of the column that has the middle of that time:
 * then no column gets a sliver of an interval that is a little late.
 */
void heatmap_grid_add(struct heatmap_grid *grid,
		      const struct heatmap_band *band, __u64 offset,
		      __u64 bytes, __u64 start_ns, __u64 end_ns, double ios);

/* I/Os a second. */
double heatmap_grid_rate(const struct heatmap_grid *grid, __u32 row,
			 __u32 column);

/* Rates from low to high have levels by their logarithm. */
struct heatmap_scale {
	double low, high; /* 0: there is no I/O */
};

/* From the least rate to the highest, but at most HEATMAP_DECADES powers of
 * ten.
 */
#define HEATMAP_DECADES 4
struct heatmap_scale heatmap_scale(const struct heatmap_grid *grid);

/* 1 to n_levels; what is below low has 1. 0: no I/O. */
unsigned int heatmap_level(const struct heatmap_scale *scale, double rate,
			   unsigned int n_levels);

#endif
