// SPDX-License-Identifier: GPL-2.0-or-later
/* The overview: a line per filesystem, with the rates of the last interval. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/hist.h"
#include "base/sgr.h"
#include "base/table.h"
#include "top/view.h"

#define CELL_LEN  160
#define BAR_WIDTH 6
#define NO_VALUE  "-"

/* A filesystem now and in the previous frame. .before is all 0 for a filesystem
 * that is new in this frame, except its .status.
 */
struct row {
	const struct top_fs *fs;
	struct top_fs before;
	double interval_s;
	char hottest[PATH_LABEL_LEN]; /* path; empty: none */
};

struct column {
	const char *title;
	bool is_text;
	bool needs_module;
	/* Fills in buf, or returns a text that lives as long as the row. */
	const char *(*cell)(char buf[CELL_LEN], const struct row *row,
			    bool exact);
	/* The value to sort by, highest first; negative: unknown. NULL: sort by
	 * the text, lowest first.
	 */
	double (*value)(const struct row *row);
};

/* value: negative: unknown. format: for a double. */
static const char *print(char buf[CELL_LEN], double value, const char *format)
{
	if (value < 0)
		return NO_VALUE;
	snprintf(buf, CELL_LEN, format, value);
	return buf;
}

static double per_second(const struct row *row, __u64 now, __u64 before)
{
	return row->fs->has_status && row->interval_s > 0
		       ? hist_since(now, before) / row->interval_s
		       : -1;
}

static const char *name_cell(char buf[CELL_LEN], const struct row *row,
			     bool exact)
{
	(void)buf;
	(void)exact;
	return row->fs->name;
}

static const char *mount_cell(char buf[CELL_LEN], const struct row *row,
			      bool exact)
{
	(void)buf;
	(void)exact;
	return row->fs->mount_label;
}

static double size_value(const struct row *row)
{
	return row->fs->bytes;
}

static const char *size_cell(char buf[CELL_LEN], const struct row *row,
			     bool exact)
{
	return fmt_bytes(buf, row->fs->bytes, exact);
}

static double free_value(const struct row *row)
{
	return row->fs->bytes ? 100.0 * row->fs->free_bytes / row->fs->bytes
			      : -1;
}

static const char *free_cell(char buf[CELL_LEN], const struct row *row,
			     bool exact)
{
	return print(buf, free_value(row), exact ? "%.2f%%" : "%.0f%%");
}

static double read_value(const struct row *row)
{
	return row->fs->has_disk ? row->fs->disk.reads.bytes_per_s : -1;
}

static double write_value(const struct row *row)
{
	return row->fs->has_disk ? row->fs->disk.writes.bytes_per_s : -1;
}

static const char *bytes_text(char buf[CELL_LEN], double bytes, bool exact)
{
	return bytes < 0 ? NO_VALUE : fmt_bytes(buf, bytes + 0.5, exact);
}

static const char *read_cell(char buf[CELL_LEN], const struct row *row,
			     bool exact)
{
	return bytes_text(buf, read_value(row), exact);
}

static const char *write_cell(char buf[CELL_LEN], const struct row *row,
			      bool exact)
{
	return bytes_text(buf, write_value(row), exact);
}

static double util_value(const struct row *row)
{
	return row->fs->has_disk ? row->fs->disk.util_pct : -1;
}

static const char *util_cell(char buf[CELL_LEN], const struct row *row,
			     bool exact)
{
	return print(buf, util_value(row), exact ? "%.2f%%" : "%.0f%%");
}

static double tree_value(const struct row *row)
{
	return row->fs->has_status ? (double)row->fs->status.frsp_tree_usage
				   : -1;
}

/* "USED/CAP BAR", such as "3.0M/4.0M #####."; "USED" if there is no cap. */
static const char *tree_cell(char buf[CELL_LEN], const struct row *row,
			     bool exact)
{
	const struct fs_status *status = &row->fs->status;
	char used[FMT_LEN], cap[FMT_LEN], bar[BAR_WIDTH + 1] = "";
	double share;
	int full;

	if (!row->fs->has_status)
		return NO_VALUE;
	fmt_bytes(used, status->frsp_tree_usage, exact);
	if (!status->mb_frsp_max_mem) {
		snprintf(buf, CELL_LEN, "%s", used);
		return buf;
	}
	share = (double)status->frsp_tree_usage / status->mb_frsp_max_mem;
	full = share * BAR_WIDTH + 0.5;
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < full ? '#' : '.';
	snprintf(buf, CELL_LEN, "%s/%s %s", used,
		 fmt_bytes(cap, status->mb_frsp_max_mem, exact), bar);
	return buf;
}

static double trees_value(const struct row *row)
{
	return row->fs->has_status ? (double)row->fs->status.trees_cached : -1;
}

static const char *trees_cell(char buf[CELL_LEN], const struct row *row,
			      bool exact)
{
	(void)exact;
	if (!row->fs->has_status)
		return NO_VALUE;
	snprintf(buf, CELL_LEN, "%llu/%llu", row->fs->status.trees_cached,
		 row->fs->status.trees);
	return buf;
}

/* Defines the functions value and cell of a column that shows a counter of
 * frsp.ko per second.
 */
#define RATE_COLUMN(counter)                                                   \
	static double counter##_value(const struct row *row)                   \
	{                                                                      \
		return per_second(row, row->fs->status.counter,                \
				  row->before.status.counter);                 \
	}                                                                      \
	static const char *counter##_cell(char buf[CELL_LEN],                  \
					  const struct row *row, bool exact)   \
	{                                                                      \
		return print(buf, counter##_value(row),                        \
			     exact ? "%.2f" : "%.0f");                         \
	}

RATE_COLUMN(goals_offered)
RATE_COLUMN(goals_taken)
RATE_COLUMN(goals_missed)
RATE_COLUMN(stood_aside)

/* The percentile in ns, over all calls that got blocks in the last interval;
 * -1: there were none.
 */
static double latency(const struct row *row, double percent)
{
	__u64 buckets[LOG2_NS_BUCKETS] = {0};

	if (!row->fs->has_alloc)
		return -1;
	for (int kind = 0; kind < FRSP_ALLOC_FAILED; kind++)
		for (size_t i = 0; i < LOG2_NS_BUCKETS; i++)
			buckets[i] +=
				hist_since(row->fs->alloc.latency[kind][i],
					   row->before.alloc.latency[kind][i]);
	return hist_total(buckets, LOG2_NS_BUCKETS)
		       ? hist_percentile(buckets, LOG2_NS_BUCKETS, percent)
		       : -1;
}

static const char *latency_text(char buf[CELL_LEN], double ns, bool exact)
{
	if (ns < 0)
		return NO_VALUE;
	return exact ? print(buf, ns, "%.0f") : hist_fmt_ns(buf, ns);
}

static double p50_value(const struct row *row)
{
	return latency(row, 50);
}

static const char *p50_cell(char buf[CELL_LEN], const struct row *row,
			    bool exact)
{
	return latency_text(buf, latency(row, 50), exact);
}

static double p99_value(const struct row *row)
{
	return latency(row, 99);
}

static const char *p99_cell(char buf[CELL_LEN], const struct row *row,
			    bool exact)
{
	return latency_text(buf, latency(row, 99), exact);
}

static double busy_value(const struct row *row)
{
	return row->fs->has_busy ? (double)row->fs->busy.blocks : -1;
}

static const char *busy_cell(char buf[CELL_LEN], const struct row *row,
			     bool exact)
{
	(void)exact;
	return print(buf, busy_value(row), "%.0f");
}

/* The percentage of the last interval. */
static double es_hit_value(const struct row *row)
{
	const struct top_history *history = &row->fs->es_history;
	int percent = TOP_HISTORY_NONE;

	if (row->fs->has_es && history->n)
		percent = history->percent[history->n - 1];
	return percent == TOP_HISTORY_NONE ? -1 : percent;
}

static const char *es_hit_cell(char buf[CELL_LEN], const struct row *row,
			       bool exact)
{
	(void)exact;
	return print(buf, es_hit_value(row), "%.0f%%");
}

static const char *hottest_cell(char buf[CELL_LEN], const struct row *row,
				bool exact)
{
	(void)buf;
	(void)exact;
	return row->hottest[0] ? row->hottest : NO_VALUE;
}

static const struct column columns[] = {
	{"FS", true, false, name_cell, NULL},
	{"SIZE", false, false, size_cell, size_value},
	{"FREE", false, false, free_cell, free_value},
	{"READ/s", false, false, read_cell, read_value},
	{"WRITE/s", false, false, write_cell, write_value},
	{"UTIL", false, false, util_cell, util_value},
	{"TREE-MEMORY", false, true, tree_cell, tree_value},
	{"TREES", false, true, trees_cell, trees_value},
	{"OFFER/s", false, true, goals_offered_cell, goals_offered_value},
	{"TAKEN/s", false, true, goals_taken_cell, goals_taken_value},
	{"MISS/s", false, true, goals_missed_cell, goals_missed_value},
	{"ASIDE/s", false, true, stood_aside_cell, stood_aside_value},
	{"P50", false, false, p50_cell, p50_value},
	{"P99", false, false, p99_cell, p99_value},
	{"BUSY", false, false, busy_cell, busy_value},
	{"ES-HIT", false, false, es_hit_cell, es_hit_value},
	{"MOUNT", true, false, mount_cell, NULL},
	{"HOTTEST", true, false, hottest_cell, NULL},
};

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

const char *top_overview_column(size_t i)
{
	return i < N_COLUMNS ? columns[i].title : NULL;
}

/* --- rows ------------------------------------------------------------------- */

static void fill_hottest(struct row *row)
{
	const struct hot_row *hottest = row->fs->hottest;

	if (hottest)
		path_label(hottest->file, hottest->ino, hottest->dev,
			   hottest->gen, row->hottest, sizeof(row->hottest));
}

static size_t make_rows(struct row *rows, const struct top_frame *frame,
			const struct top_view *view)
{
	size_t n = 0;

	for (size_t i = 0; i < frame->n_fs; i++) {
		const struct top_fs *fs = &frame->fs[i], *before = fs->before;

		if (!top_view_passes(view, fs))
			continue;
		rows[n].fs = fs;
		rows[n].interval_s = frame->interval_s;
		fill_hottest(&rows[n]);
		if (before)
			rows[n].before = *before;
		else if (fs->has_status) /* so its first rates are 0 */
			rows[n].before.status = fs->status;
		n++;
	}
	return n;
}

static int compare_rows(const void *left, const void *right, void *context)
{
	const struct row *a = left, *b = right;
	const struct top_view *view = context;
	const struct column *column = &columns[view->sort];
	char a_text[CELL_LEN], b_text[CELL_LEN];
	int order;

	if (column->value)
		order = (column->value(a) < column->value(b)) -
			(column->value(a) > column->value(b));
	else
		order = strcmp(column->cell(a_text, a, true),
			       column->cell(b_text, b, true));
	if (!order)
		return strcmp(a->fs->mount, b->fs->mount);
	return view->reverse ? -order : order;
}

/* --- text ------------------------------------------------------------------- */

static int add_row(struct table *table, const struct row *row, bool exact)
{
	char text[N_COLUMNS][CELL_LEN];
	const char *cells[N_COLUMNS];

	for (size_t i = 0; i < N_COLUMNS; i++)
		cells[i] = columns[i].cell(text[i], row, exact);
	return table_add(table, cells);
}

static struct table *new_table(void)
{
	struct table_column shape[N_COLUMNS];

	for (size_t i = 0; i < N_COLUMNS; i++)
		shape[i] = (struct table_column){
			.title = columns[i].title,
			.is_text = columns[i].is_text,
		};
	return table_new(shape, N_COLUMNS);
}

static int print_table(FILE *out, const struct row *rows, size_t n,
		       const struct top_view *view)
{
	struct table *table = new_table();
	int err = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !err; i++)
		err = add_row(table, &rows[i], view->exact);
	if (!err)
		err = table_lay_out(table);
	if (!err)
		fprintf(out, "%s%s%s\n", top_style(view, SGR_HEAD),
			table_titles(table), top_style(view, SGR_RESET));
	for (size_t i = 0; i < n && !err; i++) {
		bool is_chosen = rows[i].fs->dev == view->dev;

		fprintf(out, "%s%s%s\n",
			is_chosen ? top_style(view, SGR_BOLD) : "",
			table_line(table, i),
			is_chosen ? top_style(view, SGR_RESET) : "");
	}
	table_free(table);
	return err;
}

static void print_missing(FILE *out, const struct row *rows, size_t n,
			  const struct top_view *view)
{
	bool missing = false;

	for (size_t i = 0; i < n; i++)
		missing |= !rows[i].fs->has_status && rows[i].fs->is_ext4;
	if (!missing)
		return;
	fputs(top_style(view, SGR_DIM), out);
	for (size_t i = 0, n_named = 0; i < N_COLUMNS; i++)
		if (columns[i].needs_module)
			fprintf(out, "%s%s", n_named++ ? ", " : "",
				columns[i].title);
	fprintf(out,
		": need frsp.ko on an ext4 filesystem: \"sudo modprobe frsp\"; \"frspctl doctor\" says what is missing%s\n",
		top_style(view, SGR_RESET));
}

/* The rows in the order of the view; sets *n to their number. The caller frees
 * them. NULL: no memory.
 */
static struct row *sorted_rows(const struct top_frame *frame,
			       const struct top_view *view, size_t *n)
{
	struct row *rows = calloc(frame->n_fs + 1, sizeof(*rows));

	if (!rows)
		return NULL;
	*n = make_rows(rows, frame, view);
	qsort_r(rows, *n, sizeof(*rows), compare_rows, (void *)view);
	return rows;
}

__u32 top_overview_neighbour(const struct top_frame *frame,
			     const struct top_view *view, int lines, int *line)
{
	size_t n = 0, at = 0;
	struct row *rows = sorted_rows(frame, view, &n);
	__u32 dev = 0;

	while (at + 1 < n && rows[at].fs->dev != view->dev)
		at++;
	/* the chosen filesystem is not listed: take the first line */
	if (n && rows[at].fs->dev != view->dev)
		at = lines = 0;
	if (n) {
		long to = (long)at + lines;

		to = to < 0 ? 0 : to;
		to = to < (long)n ? to : (long)n - 1;
		dev = rows[to].fs->dev;
		*line = to + 1; /* line 0 has the titles */
	}
	free(rows);
	return dev;
}

void top_overview_look_up(struct top_model *model, struct top_frame *frame,
			  const struct top_view *view)
{
	(void)view;
	top_model_name_hottest(model, frame);
}

int top_overview_print(FILE *out, const struct top_frame *frame,
		       const struct top_view *view)
{
	struct row *rows;
	size_t n;
	int err;

	rows = sorted_rows(frame, view, &n);
	if (!rows)
		return -ENOMEM;
	err = print_table(out, rows, n, view);
	if (!n)
		fputs(frame->n_fs ? "no filesystem passes the filter\n"
				  : "no ext4 or XFS filesystem is mounted\n",
		      out);
	print_missing(out, rows, n, view);
	free(rows);
	return err;
}
