// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/columns.h"

#include <stdio.h>

#include "fs/mount.h"

static const char *number(char buf[FMT_LEN], __u64 value)
{
	snprintf(buf, FMT_LEN, "%llu", value);
	return buf;
}

static const char *temperature(char buf[FMT_LEN], const struct hot_row *row,
			       bool exact)
{
	if (!exact)
		return fmt_temperature(buf, row->temperature);
	snprintf(buf, FMT_LEN, "%.3f", row->temperature);
	return buf;
}

static const char *read_rate(char buf[FMT_LEN], const struct hot_row *row,
			     bool exact)
{
	return fmt_bytes(buf, row->read_bytes_per_s + 0.5, exact);
}

static const char *write_rate(char buf[FMT_LEN], const struct hot_row *row,
			      bool exact)
{
	return fmt_bytes(buf, row->write_bytes_per_s + 0.5, exact);
}

static const char *reads(char buf[FMT_LEN], const struct hot_row *row,
			 bool exact)
{
	(void)exact;
	return number(buf, row->reads);
}

static const char *writes(char buf[FMT_LEN], const struct hot_row *row,
			  bool exact)
{
	(void)exact;
	return number(buf, row->writes);
}

static const char *read_bytes(char buf[FMT_LEN], const struct hot_row *row,
			      bool exact)
{
	return fmt_bytes(buf, row->read_bytes, exact);
}

static const char *write_bytes(char buf[FMT_LEN], const struct hot_row *row,
			       bool exact)
{
	return fmt_bytes(buf, row->write_bytes, exact);
}

static const char *n_ranges(char buf[FMT_LEN], const struct hot_row *row,
			    bool exact)
{
	(void)exact;
	return number(buf, row->n_ranges);
}

static const char *offset(char buf[FMT_LEN], const struct hot_row *row,
			  bool exact)
{
	if (exact)
		return number(buf, (__u64)row->range << FRSP_HOT_RANGE_SHIFT);
	/* one decimal of a larger unit would be the same for many ranges */
	snprintf(buf, FMT_LEN, "%uM",
		 row->range << (FRSP_HOT_RANGE_SHIFT - 20));
	return buf;
}

static const char *device(char buf[FMT_LEN], const struct hot_row *row,
			  bool exact)
{
	(void)exact;
	snprintf(buf, FMT_LEN, "%u:%u", kdev_major(row->dev),
		 kdev_minor(row->dev));
	return buf;
}

#define NO_KEY HOT_NR_SORT_KEYS

/* clang-format off */
const struct hot_column hot_columns[HOT_N_COLUMNS] = {
	{"TEMP", 5, 0, false, true, true, HOT_BY_TEMPERATURE, NO_KEY, temperature},
	{"READ/s", 7, 0, false, true, true, HOT_BY_READ_RATE, HOT_BY_RATE, read_rate},
	{"WRITE/s", 8, 0, false, true, true, HOT_BY_WRITE_RATE, HOT_BY_RATE, write_rate},
	{"READS", 8, 2, false, true, true, HOT_BY_READS, HOT_BY_OPS, reads},
	{"WRITES", 8, 2, false, true, true, HOT_BY_WRITES, HOT_BY_OPS, writes},
	{"READ", 7, 1, false, true, true, HOT_BY_READ_BYTES, HOT_BY_BYTES, read_bytes},
	{"WRITTEN", 8, 1, false, true, true, HOT_BY_WRITE_BYTES, HOT_BY_BYTES, write_bytes},
	{"RANGES", 6, 4, false, true, false, NO_KEY, NO_KEY, n_ranges},
	{"OFFSET", 8, 0, false, false, true, NO_KEY, NO_KEY, offset},
	{"DEV", 6, 3, true, true, true, NO_KEY, NO_KEY, device},
	{"FILE", 26, 0, true, true, true, NO_KEY, NO_KEY, NULL},
};
/* clang-format on */

bool hot_column_shown(const struct hot_column *column, enum hot_view view)
{
	return view == HOT_VIEW_FILES ? column->in_files : column->in_ranges;
}

bool hot_column_sorts(const struct hot_column *column, enum hot_sort_key key)
{
	return column->key == key || column->sum_key == key;
}

double hot_glow_least(int glow, double hottest)
{
	static const double shares[] = {0, 1000, 100, 10};

	return hottest / shares[glow];
}

int hot_row_glow(const struct hot_row *row, double hottest)
{
	int glow = 3;

	if (row->temperature <= 0)
		return 0;
	while (glow && row->temperature < hot_glow_least(glow, hottest))
		glow--;
	return glow;
}
