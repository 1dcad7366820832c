// SPDX-License-Identifier: GPL-2.0-or-later
#include "top/columns.h"

#include "base/fmt.h"
#include "base/hist.h"

#define BAR_WIDTH 6

/* --- why there is no number ----------------------------------------------- */

static const char *no_space(const struct top_fs *fs)
{
	(void)fs;
	return "unknown"; /* another mount hides it */
}

static const char *no_disk(const struct top_fs *fs)
{
	(void)fs;
	return "unknown";
}

static const char *no_module(const struct top_fs *fs)
{
	return fs->is_ext4 ? "no-module" : "not-XFS";
}

static const char *no_alloc(const struct top_fs *fs)
{
	return !fs->is_ext4 ? "not-XFS" : fs->has_alloc ? "idle" : "unwatched";
}

static const char *no_busy(const struct top_fs *fs)
{
	(void)fs;
	return "unwatched";
}

static const char *no_es(const struct top_fs *fs)
{
	return !fs->is_ext4 ? "not-XFS" : fs->has_es ? "idle" : "unwatched";
}

/* --- the numbers ---------------------------------------------------------- */

/* format: for a double. */
static const char *print(char buf[TOP_CELL_LEN], double value,
			 const char *format)
{
	snprintf(buf, TOP_CELL_LEN, format, value);
	return buf;
}

/* Of a counter of frsp.ko. */
static double per_second(const struct top_row *row, __u64 now, __u64 before)
{
	return row->fs->has_status && row->interval_s > 0
		       ? hist_since(now, before) / row->interval_s
		       : -1;
}

static const char *name_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			     bool exact)
{
	(void)buf;
	(void)exact;
	return row->fs->shown;
}

static const char *mount_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			      bool exact)
{
	(void)buf;
	(void)exact;
	return row->fs->mount_label;
}

static double size_value(const struct top_row *row)
{
	return row->fs->bytes ? (double)row->fs->bytes : -1;
}

static const char *size_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			     bool exact)
{
	return fmt_bytes(buf, row->fs->bytes, exact);
}

static double free_value(const struct top_row *row)
{
	return row->fs->bytes ? 100.0 * row->fs->free_bytes / row->fs->bytes
			      : -1;
}

static const char *free_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			     bool exact)
{
	return print(buf, free_value(row), exact ? "%.2f%%" : "%.0f%%");
}

static double read_value(const struct top_row *row)
{
	return row->fs->has_disk ? row->fs->disk.reads.bytes_per_s : -1;
}

static double write_value(const struct top_row *row)
{
	return row->fs->has_disk ? row->fs->disk.writes.bytes_per_s : -1;
}

static const char *read_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			     bool exact)
{
	return fmt_bytes(buf, read_value(row) + 0.5, exact);
}

static const char *write_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			      bool exact)
{
	return fmt_bytes(buf, write_value(row) + 0.5, exact);
}

static double util_value(const struct top_row *row)
{
	return row->fs->has_disk ? row->fs->disk.util_pct : -1;
}

static const char *util_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			     bool exact)
{
	return print(buf, util_value(row), exact ? "%.2f%%" : "%.0f%%");
}

static double tree_value(const struct top_row *row)
{
	return row->fs->has_status ? (double)row->fs->status.frsp_tree_usage
				   : -1;
}

/* "USED/CAP BAR", such as "3.0M/4.0M #####."; "USED" if there is no cap. */
static const char *tree_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			     bool exact)
{
	const struct fs_status *status = &row->fs->status;
	char used[FMT_LEN], cap[FMT_LEN], bar[BAR_WIDTH + 1] = "";
	double share;
	int full;

	fmt_bytes(used, status->frsp_tree_usage, exact);
	if (!status->mb_frsp_max_mem) {
		snprintf(buf, TOP_CELL_LEN, "%s", used);
		return buf;
	}
	share = (double)status->frsp_tree_usage / status->mb_frsp_max_mem;
	full = share * BAR_WIDTH + 0.5;
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < full ? '#' : '.';
	snprintf(buf, TOP_CELL_LEN, "%s/%s %s", used,
		 fmt_bytes(cap, status->mb_frsp_max_mem, exact), bar);
	return buf;
}

static double trees_value(const struct top_row *row)
{
	return row->fs->has_status ? (double)row->fs->status.trees_cached : -1;
}

static const char *trees_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			      bool exact)
{
	(void)exact;
	snprintf(buf, TOP_CELL_LEN, "%llu/%llu", row->fs->status.trees_cached,
		 row->fs->status.trees);
	return buf;
}

/* Defines the functions value and cell of a column that shows a counter of
 * frsp.ko per second.
 */
#define RATE_COLUMN(counter)                                                   \
	static double counter##_value(const struct top_row *row)               \
	{                                                                      \
		return per_second(row, row->fs->status.counter,                \
				  row->before.status.counter);                 \
	}                                                                      \
	static const char *counter##_cell(                                     \
		char buf[TOP_CELL_LEN], const struct top_row *row, bool exact) \
	{                                                                      \
		return print(buf, counter##_value(row),                        \
			     exact ? "%.2f" : "%.0f");                         \
	}

RATE_COLUMN(goals_offered)
RATE_COLUMN(goals_taken)
RATE_COLUMN(goals_missed)
RATE_COLUMN(stood_aside)

/* The latencies of the last interval's calls that got blocks. */
static __u64 count_calls(const struct top_row *row,
			 __u64 buckets[LOG2_NS_BUCKETS])
{
	for (size_t i = 0; i < LOG2_NS_BUCKETS; i++) {
		buckets[i] = 0;
		for (int kind = 0; kind < FRSP_ALLOC_FAILED; kind++)
			buckets[i] +=
				hist_since(row->fs->alloc.latency[kind][i],
					   row->before.alloc.latency[kind][i]);
	}
	return hist_total(buckets, LOG2_NS_BUCKETS);
}

static double alloc_value(const struct top_row *row)
{
	__u64 buckets[LOG2_NS_BUCKETS];

	return row->fs->has_alloc && row->interval_s > 0
		       ? count_calls(row, buckets) / row->interval_s
		       : -1;
}

static const char *alloc_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			      bool exact)
{
	double value = alloc_value(row);

	if (exact)
		return print(buf, value, "%.2f");
	/* 1 in 5 s is not 0 */
	return print(buf, value, value > 0 && value < 9.95 ? "%.1f" : "%.0f");
}

/* The percentile in ns; -1: there were no calls. */
static double latency(const struct top_row *row, double percent)
{
	__u64 buckets[LOG2_NS_BUCKETS];

	return row->fs->has_alloc && count_calls(row, buckets)
		       ? hist_percentile(buckets, LOG2_NS_BUCKETS, percent)
		       : -1;
}

static const char *latency_text(char buf[TOP_CELL_LEN], double ns, bool exact)
{
	return exact ? print(buf, ns, "%.0f") : hist_fmt_ns(buf, ns);
}

static double p50_value(const struct top_row *row)
{
	return latency(row, 50);
}

static const char *p50_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			    bool exact)
{
	return latency_text(buf, latency(row, 50), exact);
}

static double p99_value(const struct top_row *row)
{
	return latency(row, 99);
}

static const char *p99_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			    bool exact)
{
	return latency_text(buf, latency(row, 99), exact);
}

static double busy_value(const struct top_row *row)
{
	return row->fs->has_busy ? (double)row->fs->busy.blocks : -1;
}

static const char *busy_cell(char buf[TOP_CELL_LEN], const struct top_row *row,
			     bool exact)
{
	(void)exact;
	return print(buf, busy_value(row), "%.0f");
}

/* The percentage of the last interval. */
static double es_hit_value(const struct top_row *row)
{
	const struct top_history *history = &row->fs->es_history;
	int percent = TOP_HISTORY_NONE;

	if (row->fs->has_es && history->n)
		percent = history->percent[history->n - 1];
	return percent == TOP_HISTORY_NONE ? -1 : percent;
}

static const char *es_hit_cell(char buf[TOP_CELL_LEN],
			       const struct top_row *row, bool exact)
{
	(void)exact;
	return print(buf, es_hit_value(row), "%.0f%%");
}

static const char *hottest_cell(char buf[TOP_CELL_LEN],
				const struct top_row *row, bool exact)
{
	(void)buf;
	(void)exact;
	return row->hottest[0] ? row->hottest : "none";
}

/* Where the terminal is narrow, first the numbers leave that change least, or
 * that few need.
 */
const struct top_column top_columns[TOP_N_COLUMNS] = {
	{"FS", 0, 0, true, TOP_NEEDS_NOTHING, name_cell, NULL, NULL},
	{"SIZE", 6, 2, false, TOP_NEEDS_NOTHING, size_cell, size_value,
	 no_space},
	{"FREE", 0, 0, false, TOP_NEEDS_NOTHING, free_cell, free_value,
	 no_space},
	{"READ/s", 0, 0, false, TOP_NEEDS_NOTHING, read_cell, read_value,
	 no_disk},
	{"WRITE/s", 0, 0, false, TOP_NEEDS_NOTHING, write_cell, write_value,
	 no_disk},
	{"UTIL", 0, 1, false, TOP_NEEDS_NOTHING, util_cell, util_value,
	 no_disk},
	{"TREE-MEMORY", 0, 7, false, TOP_NEEDS_MODULE, tree_cell, tree_value,
	 no_module},
	{"TREES", 0, 10, false, TOP_NEEDS_MODULE, trees_cell, trees_value,
	 no_module},
	{"OFFER/s", 0, 8, false, TOP_NEEDS_MODULE, goals_offered_cell,
	 goals_offered_value, no_module},
	{"TAKEN/s", 0, 8, false, TOP_NEEDS_MODULE, goals_taken_cell,
	 goals_taken_value, no_module},
	{"MISS/s", 0, 9, false, TOP_NEEDS_MODULE, goals_missed_cell,
	 goals_missed_value, no_module},
	{"ASIDE/s", 0, 9, false, TOP_NEEDS_MODULE, stood_aside_cell,
	 stood_aside_value, no_module},
	{"ALLOC/s", 0, 3, false, TOP_NEEDS_WATCH, alloc_cell, alloc_value,
	 no_alloc},
	{"P50", 5, 6, false, TOP_NEEDS_WATCH, p50_cell, p50_value, no_alloc},
	{"P99", 5, 4, false, TOP_NEEDS_WATCH, p99_cell, p99_value, no_alloc},
	{"BUSY", 5, 5, false, TOP_NEEDS_WATCH, busy_cell, busy_value, no_busy},
	{"ES-HIT", 0, 4, false, TOP_NEEDS_WATCH, es_hit_cell, es_hit_value,
	 no_es},
	{"MOUNT", 0, 0, true, TOP_NEEDS_NOTHING, mount_cell, NULL, NULL},
	{"HOTTEST", 0, 0, true, TOP_NEEDS_NOTHING, hottest_cell, NULL, NULL},
};

const char *top_column_cell(const struct top_column *column,
			    char buf[TOP_CELL_LEN], const struct top_row *row,
			    bool exact)
{
	if (column->missing && column->value(row) < 0)
		return column->missing(row->fs);
	return column->cell(buf, row, exact);
}
