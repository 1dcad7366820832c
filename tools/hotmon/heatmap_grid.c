// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/heatmap_grid.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"

#define MIB (1ULL << 20)

static __u64 div_up(__u64 dividend, __u64 divisor)
{
	return dividend / divisor + (dividend % divisor != 0);
}

struct heatmap_band heatmap_band_fit(__u64 bytes, __u32 max_rows)
{
	__u64 mib = bytes ? div_up(bytes, MIB) : 1;
	__u64 row_mib = div_up(mib, max_rows);

	return (struct heatmap_band){
		.bytes = bytes,
		.row_bytes = row_mib * MIB,
		.n_rows = div_up(mib, row_mib),
	};
}

int heatmap_grid_make(struct heatmap_grid *grid, __u64 start_ns, __u64 end_ns,
		      __u64 n_intervals, __u32 max_columns, __u32 n_rows)
{
	__u64 per_column = div_up(n_intervals, max_columns);
	double column_ns =
		(double)(end_ns - start_ns) / n_intervals * per_column;

	*grid = (struct heatmap_grid){
		.start_ns = start_ns,
		.column_ns = column_ns < 1 ? 1 : column_ns,
		.n_columns = div_up(n_intervals, per_column),
		.n_rows = n_rows,
	};
	grid->ios = calloc((size_t)grid->n_columns * n_rows, sizeof(double));
	return grid->ios ? 0 : -ENOMEM;
}

/* The column that has a time. */
static __u32 column_at(const struct heatmap_grid *grid, __u64 ns)
{
	__u64 column = ns > grid->start_ns
			       ? (ns - grid->start_ns) / grid->column_ns
			       : 0;

	return column < grid->n_columns ? column : grid->n_columns - 1;
}

/* The first column whose middle is not before this time; .n_columns: none. */
static __u32 column_from(const struct heatmap_grid *grid, __u64 ns)
{
	__u64 middle = grid->start_ns + grid->column_ns / 2;
	__u64 column = ns > middle ? div_up(ns - middle, grid->column_ns) : 0;

	return column < grid->n_columns ? column : grid->n_columns;
}

static void add_to_row(struct heatmap_grid *grid, __u32 row, __u64 start_ns,
		       __u64 end_ns, double ios)
{
	double *cells = &grid->ios[(size_t)row * grid->n_columns];
	__u32 first = column_from(grid, start_ns);
	__u32 end = column_from(grid, end_ns);

	if (first == end)
		cells[column_at(grid, start_ns + (end_ns - start_ns) / 2)] +=
			ios;
	for (__u32 i = first; i < end; i++)
		cells[i] += ios / (end - first);
}

void heatmap_grid_add(struct heatmap_grid *grid,
		      const struct heatmap_band *band, __u64 offset,
		      __u64 bytes, __u64 start_ns, __u64 end_ns, double ios)
{
	const __u64 end = offset + bytes;

	for (__u64 at = offset; at < end;) {
		__u64 row = at / band->row_bytes;
		__u64 row_end = (row + 1) * band->row_bytes;
		__u64 to = row_end < end ? row_end : end;

		if (row >= band->n_rows)
			return;
		add_to_row(grid, band->first_row + row, start_ns, end_ns,
			   ios * (to - at) / bytes);
		at = to;
	}
}

double heatmap_grid_rate(const struct heatmap_grid *grid, __u32 row,
			 __u32 column)
{
	return grid->ios[(size_t)row * grid->n_columns + column] *
	       NSEC_PER_SEC / grid->column_ns;
}

struct heatmap_scale heatmap_scale(const struct heatmap_grid *grid)
{
	struct heatmap_scale scale = {0};

	for (__u32 row = 0; row < grid->n_rows; row++)
		for (__u32 i = 0; i < grid->n_columns; i++) {
			double rate = heatmap_grid_rate(grid, row, i);

			if (rate > scale.high)
				scale.high = rate;
			if (rate > 0 && (!(scale.low > 0) || rate < scale.low))
				scale.low = rate;
		}
	scale.low = fmax(scale.low, scale.high / pow(10, HEATMAP_DECADES));
	return scale;
}

unsigned int heatmap_level(const struct heatmap_scale *scale, double rate,
			   unsigned int n_levels)
{
	double part;

	if (!(rate > 0))
		return 0;
	if (rate >= scale->high)
		return n_levels;
	if (rate <= scale->low)
		return 1;
	part = log(rate / scale->low) / log(scale->high / scale->low);
	return 1 + (unsigned int)(part * (n_levels - 1) + 0.5);
}
