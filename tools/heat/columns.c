// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/columns.h"

#include <stdio.h>
#include <string.h>

#include "base/hist.h"
#include "fs/mount.h"
#include "heat/actors.h"
#include "paths/path.h"

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

static const char *op_rate(char buf[FMT_LEN], double per_s, bool exact)
{
	snprintf(buf, FMT_LEN, exact ? "%.2f" : "%.0f", per_s);
	return buf;
}

static const char *reads_per_s(char buf[FMT_LEN], const struct hot_row *row,
			       bool exact)
{
	return op_rate(buf, row->reads_per_s, exact);
}

static const char *writes_per_s(char buf[FMT_LEN], const struct hot_row *row,
				bool exact)
{
	return op_rate(buf, row->writes_per_s, exact);
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

static const char *time_of(char buf[FMT_LEN], double ns, bool exact)
{
	if (ns <= 0)
		return "-";
	if (!exact)
		return hist_fmt_ns(buf, ns);
	snprintf(buf, FMT_LEN, "%.0f", ns);
	return buf;
}

static const char *read_p50(char buf[FMT_LEN], const struct hot_row *row,
			    bool exact)
{
	return time_of(buf, row->times[FRSP_LATENCY_READ].p50_ns, exact);
}

static const char *read_p99(char buf[FMT_LEN], const struct hot_row *row,
			    bool exact)
{
	return time_of(buf, row->times[FRSP_LATENCY_READ].p99_ns, exact);
}

static const char *write_p50(char buf[FMT_LEN], const struct hot_row *row,
			     bool exact)
{
	return time_of(buf, row->times[FRSP_LATENCY_WRITE].p50_ns, exact);
}

static const char *write_p99(char buf[FMT_LEN], const struct hot_row *row,
			     bool exact)
{
	return time_of(buf, row->times[FRSP_LATENCY_WRITE].p99_ns, exact);
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

static const char *n_files(char buf[FMT_LEN], const struct hot_row *row,
			   bool exact)
{
	(void)exact;
	return number(buf, row->n_files);
}

static const char *n_processes(char buf[FMT_LEN], const struct hot_row *row,
			       bool exact)
{
	(void)exact;
	return number(buf, row->n_processes);
}

static const char *who(char buf[FMT_LEN], const struct hot_row *row, bool exact)
{
	char name[HOT_ACTOR_NAME_LEN];

	(void)exact;
	if (!row->n_who)
		return "-";
	hot_actor_name(row->who[0].actor, name);
	snprintf(buf, FMT_LEN, "%.26s%s", name,
		 row->n_who == 1   ? ""
		 : row->n_who == 2 ? " +1"
				   : " +2");
	return buf;
}

/* The last part of the path says most: the unit, or the container's scope. */
static const char *cgroup(char buf[FMT_LEN], const struct hot_row *row,
			  bool exact)
{
	const struct hot_actor *actor = row->who[0].actor;
	const char *path = actor->cgroup, *last;

	(void)exact;
	if (!path)
		return actor->counts.key.cgroup ? "(removed)" : "(kernel)";
	last = strrchr(path, '/');
	path_escape(last && last[1] ? last + 1 : path, buf, FMT_LEN);
	return buf;
}

#define NO_KEY HOT_NR_SORT_KEYS

#define FILES  (HOT_IN(FILES) | HOT_IN(PATHS) | HOT_IN(DIRECTORIES))
#define ACTORS (HOT_IN(PROCESSES) | HOT_IN(CGROUPS))
#define ALL    (FILES | HOT_IN(RANGES) | ACTORS)

/* clang-format off */
const struct hot_column hot_columns[HOT_N_COLUMNS] = {
	{"TEMP", 5, 0, 0, false, false, FILES | HOT_IN(RANGES), HOT_BY_TEMPERATURE, NO_KEY, temperature},
	{"READ/s", 7, 0, 0, false, false, ALL, HOT_BY_READ_RATE, HOT_BY_RATE, read_rate},
	{"WRITE/s", 8, 0, 0, false, false, ALL, HOT_BY_WRITE_RATE, HOT_BY_RATE, write_rate},
	{"r/s", 5, 3, 0, false, false, ALL, HOT_BY_READ_OP_RATE, HOT_BY_OP_RATE, reads_per_s},
	{"w/s", 5, 3, 0, false, false, ALL, HOT_BY_WRITE_OP_RATE, HOT_BY_OP_RATE, writes_per_s},
	{"R-P50", 5, 4, 0, true, false, HOT_IN(FILES), NO_KEY, NO_KEY, read_p50},
	{"R-P99", 5, 1, 0, true, false, HOT_IN(FILES), HOT_BY_READ_P99, NO_KEY, read_p99},
	{"W-P50", 5, 4, 0, true, false, HOT_IN(FILES), NO_KEY, NO_KEY, write_p50},
	{"W-P99", 5, 1, 0, true, false, HOT_IN(FILES), HOT_BY_WRITE_P99, NO_KEY, write_p99},
	{"READS", 8, 6, 0, false, false, ALL, HOT_BY_READS, HOT_BY_OPS, reads},
	{"WRITES", 8, 6, 0, false, false, ALL, HOT_BY_WRITES, HOT_BY_OPS, writes},
	{"READ", 7, 5, 0, false, false, ALL, HOT_BY_READ_BYTES, HOT_BY_BYTES, read_bytes},
	{"WRITTEN", 8, 5, 0, false, false, ALL, HOT_BY_WRITE_BYTES, HOT_BY_BYTES, write_bytes},
	{"RANGES", 6, 8, 0, false, false, FILES, NO_KEY, NO_KEY, n_ranges},
	{"FILES", 6, 8, 0, false, false, HOT_IN(PATHS) | HOT_IN(DIRECTORIES), NO_KEY, NO_KEY, n_files},
	{"PROCS", 6, 8, 0, false, false, HOT_IN(CGROUPS), NO_KEY, NO_KEY, n_processes},
	{"OFFSET", 8, 0, 0, false, false, HOT_IN(RANGES), NO_KEY, NO_KEY, offset},
	{"DEV", 6, 7, 0, false, true, FILES | HOT_IN(RANGES), NO_KEY, NO_KEY, device},
	{"WHO", 14, 2, HOT_IN(PROCESSES), false, true, FILES | HOT_IN(RANGES) | HOT_IN(PROCESSES), NO_KEY, NO_KEY, who},
	{"CGROUP", 14, 2, HOT_IN(CGROUPS), false, true, ACTORS, NO_KEY, NO_KEY, cgroup},
	{"FILE", 26, 0, 0, false, true, ALL, NO_KEY, NO_KEY, NULL},
};
/* clang-format on */

const char *const hot_view_names[HOT_NR_VIEWS] = {
	[HOT_VIEW_FILES] = "files",
	[HOT_VIEW_RANGES] = "ranges",
	[HOT_VIEW_PATHS] = "paths",
	[HOT_VIEW_DIRECTORIES] = "directories",
	[HOT_VIEW_PROCESSES] = "processes",
	[HOT_VIEW_CGROUPS] = "cgroups",
};

bool hot_column_stays(const struct hot_column *column, enum hot_view view)
{
	return column->stays_in >> view & 1;
}

bool hot_column_shown(const struct hot_column *column, enum hot_view view,
		      bool latency)
{
	return column->in >> view & 1 && (latency || !column->of_latency);
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
