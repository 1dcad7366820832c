/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys by which rows can be sorted. Pure. */
#ifndef FRSP_HOT_SORT_H
#define FRSP_HOT_SORT_H

#include <stdbool.h>

enum hot_sort_key {
	HOT_BY_TEMPERATURE,
	HOT_BY_RATE,
	HOT_BY_READ_RATE,
	HOT_BY_WRITE_RATE,
	HOT_BY_OP_RATE,
	HOT_BY_READ_OP_RATE,
	HOT_BY_WRITE_OP_RATE,
	HOT_BY_BYTES,
	HOT_BY_READ_BYTES,
	HOT_BY_WRITE_BYTES,
	HOT_BY_OPS,
	HOT_BY_READS,
	HOT_BY_WRITES,
	HOT_BY_READ_P99,
	HOT_BY_WRITE_P99,
	HOT_NR_SORT_KEYS,
};

struct hot_sort {
	enum hot_sort_key key;
	bool ascending;
};

/* Name on the command line and meaning, by enum hot_sort_key. */
extern const char *const hot_sort_names[HOT_NR_SORT_KEYS][2];

/* Parses "temp" and "-temp" (highest first) or "+temp" (lowest first). Returns
 * 0, or -EINVAL: no such key.
 */
int hot_sort_parse(const char *text, struct hot_sort *sort);

/* Whether the key sorts by times (heat/latency.h). */
bool hot_sort_needs_latency(enum hot_sort_key key);

struct hot_row;

/* What the key sorts by. For rates: per second. */
double hot_row_value(const struct hot_row *row, enum hot_sort_key key);

/* Below 0: x comes before y; above 0: behind it; 0: they have the same value.
 */
int hot_row_order(const struct hot_row *x, const struct hot_row *y,
		  struct hot_sort sort);

#endif
