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
	return fmt_bytes(buf, (__u64)row->range << FRSP_HOT_RANGE_SHIFT, exact);
}

static const char *device(char buf[FMT_LEN], const struct hot_row *row,
			  bool exact)
{
	(void)exact;
	snprintf(buf, FMT_LEN, "%u:%u", kdev_major(row->dev),
		 kdev_minor(row->dev));
	return buf;
}

const struct hot_column hot_columns[HOT_N_COLUMNS] = {
	{"TEMP", 5, false, true, true, temperature},
	{"READ/s", 7, false, true, true, read_rate},
	{"WRITE/s", 7, false, true, true, write_rate},
	{"READS", 8, false, true, true, reads},
	{"WRITES", 8, false, true, true, writes},
	{"READ", 7, false, true, true, read_bytes},
	{"WRITTEN", 7, false, true, true, write_bytes},
	{"RANGES", 6, false, true, false, n_ranges},
	{"OFFSET", 8, false, false, true, offset},
	{"DEV", 6, true, true, true, device},
	{"FILE", 0, true, true, true, NULL},
};

bool hot_column_shown(const struct hot_column *column, enum hot_view view)
{
	return view == HOT_VIEW_FILES ? column->in_files : column->in_ranges;
}

int hot_row_glow(const struct hot_row *row, double hottest)
{
	if (row->temperature <= 0 || row->temperature < hottest / 1000)
		return 0;
	if (row->temperature < hottest / 100)
		return 1;
	return row->temperature < hottest / 10 ? 2 : 3;
}
