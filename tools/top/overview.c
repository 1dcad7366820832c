// SPDX-License-Identifier: GPL-2.0-or-later
/* The overview: a line per filesystem, with the rates of the last interval. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sgr.h"
#include "base/table.h"
#include "module/module.h"
#include "top/columns.h"
#include "top/view.h"

/* A narrower terminal has no room for paths of files. */
#define HOTTEST_WIDTH 110

const char *top_overview_column(size_t i)
{
	return i < TOP_N_COLUMNS ? top_columns[i].title : NULL;
}

bool top_overview_has_module(const struct top_frame *frame)
{
	for (size_t i = 0; i < frame->n_fs; i++)
		if (frame->fs[i].has_status)
			return true;
	return false;
}

/* Whether somebody gives numbers for the column. */
static bool has_numbers(const struct top_frame *frame,
			const struct top_column *column)
{
	switch (column->needs) {
	case TOP_NEEDS_MODULE:
		return top_overview_has_module(frame);
	case TOP_NEEDS_WATCH:
		return !frame->is_remote;
	case TOP_NEEDS_NOTHING:
		break;
	}
	return true;
}

size_t top_overview_next_column(const struct top_frame *frame, size_t i)
{
	do
		i = (i + 1) % TOP_N_COLUMNS;
	while (!has_numbers(frame, &top_columns[i]));
	return i;
}

/* --- rows ------------------------------------------------------------------- */

static void fill_hottest(struct top_row *row)
{
	const struct hot_row *hottest = row->fs->hottest;

	if (hottest)
		path_label(hottest->file, hottest->ino, hottest->dev,
			   hottest->gen, row->hottest, sizeof(row->hottest));
}

static size_t make_rows(struct top_row *rows, const struct top_frame *frame,
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
	const struct top_row *a = left, *b = right;
	const struct top_view *view = context;
	const struct top_column *column = &top_columns[view->sort];
	char a_text[TOP_CELL_LEN], b_text[TOP_CELL_LEN];
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

/* The columns that this view shows. */
struct shown {
	const struct top_column *columns[TOP_N_COLUMNS];
	size_t n;
};

static void choose_columns(struct shown *shown, const struct top_frame *frame,
			   const struct top_view *view)
{
	bool has_hottest = !view->n_columns || view->n_columns >= HOTTEST_WIDTH;
	size_t n = has_hottest ? TOP_N_COLUMNS : TOP_N_COLUMNS - 1;

	shown->n = 0;
	for (size_t i = 0; i < n; i++)
		if (has_numbers(frame, &top_columns[i]))
			shown->columns[shown->n++] = &top_columns[i];
}

static int add_row(struct table *table, const struct shown *shown,
		   const struct top_row *row, bool exact)
{
	char text[TOP_N_COLUMNS][TOP_CELL_LEN];
	const char *cells[TOP_N_COLUMNS] = {0};

	for (size_t i = 0; i < shown->n; i++)
		cells[i] =
			top_column_cell(shown->columns[i], text[i], row, exact);
	return table_add(table, cells);
}

static struct table *new_table(const struct shown *shown)
{
	struct table_column shape[TOP_N_COLUMNS];

	for (size_t i = 0; i < shown->n; i++)
		shape[i] = (struct table_column){
			.title = shown->columns[i]->title,
			.min_width = shown->columns[i]->min_width,
			.leaves = shown->columns[i]->leaves,
			.is_text = shown->columns[i]->is_text,
			.is_path = i == shown->n - 1,
		};
	return table_new(shape, shown->n);
}

static int lay_out(struct table *table, const struct shown *shown,
		   const struct top_row *rows, size_t n,
		   const struct top_view *view)
{
	int err = 0, shift = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = add_row(table, shown, &rows[i], view->exact);
	if (!err && view->n_columns)
		err = table_fit(table, view->n_columns, &shift);
	return err ?: table_lay_out(table);
}

static int print_table(FILE *out, const struct shown *shown,
		       const struct top_row *rows, size_t n,
		       const struct top_view *view)
{
	struct table *table = new_table(shown);
	int err = table ? lay_out(table, shown, rows, n, view) : -ENOMEM;

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

/* Says how to get the columns of frsp.ko, if there is a frsp.ko for this kernel
 * and a filesystem that it could have.
 */
static void print_missing(FILE *out, const struct top_frame *frame,
			  const struct top_row *rows, size_t n,
			  const struct top_view *view)
{
	bool missing = false;

	for (size_t i = 0; i < n; i++)
		missing |= !rows[i].fs->has_status && rows[i].fs->is_ext4;
	if (!missing || !frsp_module_is_for_this_kernel())
		return;
	fprintf(out, "%s%s%s\n", top_style(view, SGR_DIM),
		top_overview_has_module(frame)
			? "no-module: frsp.ko does not have that filesystem; \"frspctl doctor\" says why"
			: "frsp.ko is not loaded, and its columns are left out: \"sudo modprobe frsp\"; \"frspctl doctor\" says what is missing",
		top_style(view, SGR_RESET));
}

static void print_remote(FILE *out, const struct top_frame *frame,
			 const struct top_view *view)
{
	if (frame->is_remote)
		fprintf(out, "%s%s%s\n", top_style(view, SGR_DIM),
			"frspd does not count allocations, freed blocks and look-ups of extents: these columns are left out; \"sudo frsp-top\" has them",
			top_style(view, SGR_RESET));
}

/* The rows in the order of the view; sets *n to their number. The caller frees
 * them. NULL: no memory.
 */
static struct top_row *sorted_rows(const struct top_frame *frame,
				   const struct top_view *view, size_t *n)
{
	struct top_row *rows = calloc(frame->n_fs + 1, sizeof(*rows));

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
	struct top_row *rows = sorted_rows(frame, view, &n);
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
	struct top_row *rows;
	struct shown shown;
	size_t n;
	int err;

	rows = sorted_rows(frame, view, &n);
	if (!rows)
		return -ENOMEM;
	choose_columns(&shown, frame, view);
	err = print_table(out, &shown, rows, n, view);
	if (!n)
		fputs(frame->n_fs ? "no filesystem passes the filter\n"
				  : "no ext4 or XFS filesystem is mounted\n",
		      out);
	print_missing(out, frame, rows, n, view);
	print_remote(out, frame, view);
	free(rows);
	return err;
}
