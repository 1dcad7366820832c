// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/file_heat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RANGE_BYTES (1ULL << FRSP_HOT_RANGE_SHIFT)

/* The rows of one read of the table. */
struct found {
	struct hot_row *rows;
	__u32 n, n_allocated;
};

static bool is_of(const struct frsp_hot_slot *slot, const struct path_key *key)
{
	return slot->ino == key->ino && slot->fs == key->fs &&
	       slot->gen == key->gen && hot_slot_is(slot, FRSP_HOT_LIVE);
}

static int find_slots(struct found *found, const struct path_key *key,
		      const struct hot_table *table,
		      const struct hot_clock *clock)
{
	for (__u32 i = 0; i < table->n_slots; i++) {
		const struct frsp_hot_slot *slot = hot_table_slot(table, i);

		if (!is_of(slot, key))
			continue;
		if (found->n == found->n_allocated) {
			__u32 n = found->n ? 2 * found->n : 16;
			struct hot_row *grown = reallocarray(
				found->rows, n, sizeof(*found->rows));

			if (!grown)
				return -ENOMEM;
			found->rows = grown;
			found->n_allocated = n;
		}
		hot_row_read(&found->rows[found->n], slot, clock);
		found->rows[found->n].slot = i;
		found->rows[found->n++].twin = i;
	}
	return 0;
}

/* The range of the whole file is the highest, so its row is the last. */
static int by_range(const void *a, const void *b)
{
	const struct hot_row *x = a, *y = b;

	if (x->range != y->range)
		return x->range < y->range ? -1 : 1;
	return (x->slot > y->slot) - (x->slot < y->slot);
}

/* Two slots can have the same key (bpf/hot_table.bpf.h says when). */
static void merge_twins(struct found *found)
{
	__u32 n = 0;

	for (__u32 i = 0; i < found->n; i++) {
		struct hot_row *row = &found->rows[i];
		struct hot_row *last = n ? &found->rows[n - 1] : NULL;

		if (!last || last->range != row->range) {
			found->rows[n++] = *row;
			continue;
		}
		last->twin = row->slot;
		last->reads += row->reads;
		last->writes += row->writes;
		last->read_bytes += row->read_bytes;
		last->write_bytes += row->write_bytes;
		last->temperature += row->temperature;
	}
	found->n = n;
}

/* Less than before: the table forgot it, and it came back. */
static double rate(__u64 now, __u64 before, double seconds)
{
	return (now < before ? now : now - before) / seconds;
}

static void set_rates(struct hot_row *row, const struct hot_row *before,
		      double seconds)
{
	row->reads_per_s = rate(row->reads, before->reads, seconds);
	row->writes_per_s = rate(row->writes, before->writes, seconds);
	row->read_bytes_per_s =
		rate(row->read_bytes, before->read_bytes, seconds);
	row->write_bytes_per_s =
		rate(row->write_bytes, before->write_bytes, seconds);
}

static void set_range_rates(const struct file_heat *before, struct found *found,
			    double seconds)
{
	static const struct hot_row none;
	__u32 k = 0;

	for (__u32 i = 0; i < found->n; i++) {
		struct hot_row *row = &found->rows[i];

		while (k < before->n_ranges &&
		       before->ranges[k].range < row->range)
			k++;
		set_rates(row,
			  k < before->n_ranges &&
					  before->ranges[k].range == row->range
				  ? &before->ranges[k]
				  : &none,
			  seconds);
	}
}

/* Takes the last row if it is the one of the whole file. */
static void take_file(struct file_heat *heat, struct found *found,
		      double seconds)
{
	const struct hot_row before = heat->row;
	const struct hot_row *last =
		found->n ? &found->rows[found->n - 1] : NULL;

	heat->row = (struct hot_row){
		.ino = heat->key.ino,
		.fs = heat->key.fs,
		.gen = heat->key.gen,
		.range = FRSP_HOT_RANGE_FILE,
	};
	heat->is_tracked = last && last->range == FRSP_HOT_RANGE_FILE;
	if (heat->is_tracked) {
		heat->row = *last;
		found->n--;
	}
	heat->row.n_ranges = found->n;
	heat->has_rates = seconds > 0;
	if (heat->has_rates)
		set_rates(&heat->row, &before, seconds);
}

int file_heat_read(struct file_heat *heat, const struct hot_table *table,
		   const struct hot_clock *clock, double now_s)
{
	double seconds = heat->read_s > 0 ? now_s - heat->read_s : 0;
	struct found found = {0};
	int err = find_slots(&found, &heat->key, table, clock);

	if (err) {
		free(found.rows);
		return err;
	}
	if (found.n)
		qsort(found.rows, found.n, sizeof(*found.rows), by_range);
	merge_twins(&found);
	take_file(heat, &found, seconds);
	if (seconds > 0)
		set_range_rates(heat, &found, seconds);
	free(heat->ranges);
	heat->ranges = found.rows;
	heat->n_ranges = found.n;
	heat->hottest = 0;
	for (__u32 i = 0; i < found.n; i++)
		if (found.rows[i].temperature > heat->hottest)
			heat->hottest = found.rows[i].temperature;
	heat->read_s = now_s;
	return 0;
}

void file_heat_free(struct file_heat *heat)
{
	free(heat->ranges);
	heat->ranges = NULL;
	heat->n_ranges = 0;
}

__u64 file_heat_span(const struct file_heat *heat, __u64 length)
{
	__u64 end = heat->n_ranges
			    ? (heat->ranges[heat->n_ranges - 1].range + 1ULL)
				      << FRSP_HOT_RANGE_SHIFT
			    : 0;

	/* the last range ends with the file, unless the file was shortened */
	if (length && end > length && end - length < RANGE_BYTES)
		end = length;
	return end > length ? end : length;
}

__u32 file_heat_cell(__u64 offset, __u64 span, __u32 n)
{
	__u32 cell = span ? (__u32)((double)offset / span * n) : 0;

	return cell < n ? cell : n - 1;
}

void file_heat_strip(const struct file_heat *heat, __u64 span, __u32 n,
		     double *cells)
{
	for (__u32 i = 0; i < n; i++)
		cells[i] = -1;
	for (__u32 i = 0; i < heat->n_ranges; i++) {
		const struct hot_row *row = &heat->ranges[i];
		__u64 start = (__u64)row->range << FRSP_HOT_RANGE_SHIFT;
		__u64 end = start + RANGE_BYTES;
		__u32 last =
			file_heat_cell((end < span ? end : span) - 1, span, n);

		for (__u32 k = file_heat_cell(start, span, n); k <= last; k++)
			if (row->temperature > cells[k])
				cells[k] = row->temperature;
	}
}

static int best_first(const void *a, const void *b, void *context)
{
	const struct hot_row *x = *(const struct hot_row *const *)a;
	const struct hot_row *y = *(const struct hot_row *const *)b;
	const struct hot_sort *sort = context;

	return hot_row_order(x, y, *sort)
		       ?: (x->range > y->range) - (x->range < y->range);
}

void file_heat_order(const struct file_heat *heat, struct hot_sort sort,
		     const struct hot_row **order)
{
	for (__u32 i = 0; i < heat->n_ranges; i++)
		order[i] = &heat->ranges[i];
	if (heat->n_ranges)
		qsort_r(order, heat->n_ranges, sizeof(*order), best_first,
			&sort);
}
