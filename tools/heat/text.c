// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/text.h"

#include <errno.h>

#include "base/output.h"
#include "base/path_fit.h"
#include "base/sgr.h"
#include "base/text_width.h"
#include "heat/dir_tree.h"
#include "heat/metadata.h"
#include "heat/summary.h"

/* The style for each value of hot_row_glow(). */
static const char *const glow_styles[] = {"", SGR_GREEN, SGR_YELLOW, SGR_RED};

/* Puts the column's title into text, with a mark if the view is sorted by it.
 */
static void write_title(char text[FMT_LEN], const struct hot_column *column,
			const struct hot_table_style *style)
{
	static const char *const marks[2][2] = {
		{"-", "+"},
		{"\xe2\x96\xbc", "\xe2\x96\xb2"}, /* triangles: down, up */
	};
	bool marked = style->live && hot_column_sorts(column, style->sort.key);

	snprintf(text, FMT_LEN, "%s%s", column->title,
		 marked ? marks[text_is_utf8()][style->sort.ascending] : "");
}

static struct table *new_table(const struct hot_table_style *style)
{
	struct table_column columns[HOT_N_COLUMNS];
	char titles[HOT_N_COLUMNS][FMT_LEN];
	size_t n = 0;

	for (int i = 0; i < HOT_N_COLUMNS; i++) {
		const struct hot_column *column = &hot_columns[i];

		if (!hot_column_shown(column, style->view, style->latency))
			continue;
		write_title(titles[i], column, style);
		columns[n++] = (struct table_column){
			.title = titles[i],
			.min_width = style->live ? column->width : 0,
			.is_text = column->is_text,
			.leaves = hot_column_sorts(column, style->sort.key) ||
						  hot_column_stays(column,
								   style->view)
					  ? 0
					  : column->leaves,
			.is_path = !column->cell,
		};
	}
	return table_new(columns, n);
}

/* Writes the name of a row of a tree behind its mark, indented. If there are
 * more than n_columns, less of the indentation, and then of the name.
 */
static void write_branch(const struct hot_row *row, int n_columns,
			 char label[PATH_LABEL_LEN])
{
	static const char *const marks[2][3] = {
		{"  ", "+ ", "- "},
		{"  ", "\u25b8 ", "\u25be "}, /* triangles: right, down */
	};
	static char name[PATH_LABEL_LEN]; /* too long for the stack */
	const struct hot_tree_row *tree = row->tree;
	int indent = 2 * (int)tree->depth, shift = 0, room, less;
	const char *cut = "";

	path_escape(*tree->name ? tree->name : "(no path)", name, sizeof(name));
	less = indent + 2 + text_width(name) - n_columns;
	if (less > 0 && indent > 2) {
		indent = less < indent - 2 ? indent - less : 2;
		cut = text_is_utf8() ? "\u2026" : "<";
	}
	room = n_columns - indent - 2;
	snprintf(label, PATH_LABEL_LEN, "%s%*s%s", cut, indent - !!*cut, "",
		 marks[text_is_utf8()][tree->is_dir + tree->is_open]);
	path_fit(name, room, &shift, label + strlen(label));
}

/* The columns that each path has at least (base/table.h). */
static int path_columns(int n_columns)
{
	if (!n_columns)
		return PATH_LABEL_LEN / 8;
	return n_columns / 3 > TABLE_PATH_COLUMNS ? n_columns / 3
						  : TABLE_PATH_COLUMNS;
}

static const char *write_file(const struct hot_row *row, int n_columns,
			      char label[PATH_LABEL_LEN])
{
	if (row->is_metadata) {
		hot_metadata_label(row, label, PATH_LABEL_LEN);
		return label;
	}
	if (row->tree) {
		write_branch(row, path_columns(n_columns), label);
		return label;
	}
	if (!row->ino && !row->file->path)
		return row->n_files ? "(no path)" : "-";
	path_label(row->file, row->ino, row->dev, row->gen, label,
		   PATH_LABEL_LEN);
	return label;
}

static int add_row(struct table *table, const struct hot_row *row,
		   const struct hot_table_style *style)
{
	char text[HOT_N_COLUMNS][FMT_LEN], label[PATH_LABEL_LEN];
	const char *cells[HOT_N_COLUMNS];
	size_t n = 0;

	for (int i = 0; i < HOT_N_COLUMNS; i++) {
		const struct hot_column *column = &hot_columns[i];

		if (!hot_column_shown(column, style->view, style->latency))
			continue;
		if (column->cell) {
			cells[n++] = column->cell(text[i], row, style->exact);
			continue;
		}
		cells[n++] = write_file(row, style->n_columns, label);
	}
	return table_add(table, cells);
}

int hot_table_make(const struct hot_rows *rows, __u32 from, __u32 n,
		   struct hot_table_style *style, struct table **table)
{
	int err = 0;

	*table = new_table(style);
	if (!*table)
		return -ENOMEM;
	for (__u32 i = from; i < from + n && i < rows->n_rows && !err; i++)
		err = add_row(*table, &rows->rows[i], style);
	if (!err && style->n_columns)
		err = table_fit(*table, style->n_columns, &style->shift);
	if (!err)
		err = table_lay_out(*table);
	if (err)
		table_free(*table);
	return err;
}

double hot_rows_hottest(const struct hot_rows *rows)
{
	double hottest = 0;

	for (__u32 i = 0; i < rows->n_rows; i++)
		if (rows->rows[i].temperature > hottest)
			hottest = rows->rows[i].temperature;
	return hottest;
}

struct hot_rows *hot_frame_rows(struct hot_frame *frame, enum hot_view view)
{
	if (view == HOT_VIEW_FILES)
		return &frame->listed;
	return view == HOT_VIEW_RANGES ? &frame->ranking.ranges
				       : &frame->groups;
}

const struct hot_rows *hot_view_rows(const struct hot_frame *frame,
				     enum hot_view view)
{
	return hot_frame_rows((struct hot_frame *)frame, view);
}

/* Only the temperature is coloured: names in red would be a wall of red. */
static void print_table(FILE *out, const struct table *table,
			const struct hot_rows *rows, bool color)
{
	double hottest = hot_rows_hottest(rows);
	int end = table_column_end(table, 0);

	fprintf(out, "%s\n", table_titles(table));
	for (size_t i = 0; i < table_n_rows(table); i++) {
		int glow = color ? hot_row_glow(&rows->rows[i], hottest) : 0;
		const char *line = table_line(table, i);

		fprintf(out, "%s%.*s%s%s\n", glow_styles[glow], end, line,
			glow ? SGR_RESET : "", line + end);
	}
}

int hot_text_write(FILE *out, const struct hot_frame *frame,
		   const struct hot_text_style *style)
{
	char lines[HOT_SUMMARY_LINES][HOT_SUMMARY_LEN], ts[FMT_LEN];
	struct hot_table_style form = style->table;
	const struct hot_rows *rows = hot_view_rows(frame, form.view);
	struct table *table;
	int err;

	form.latency = frame->latency.on;
	err = hot_table_make(rows, 0, rows->n_rows, &form, &table);
	if (err)
		return err;
	hot_summary(lines, frame, form.exact);
	if (style->timestamp)
		fprintf(out, "%s\n", fmt_rfc3339(ts, frame->wall_ns));
	if (rows->n_rows)
		print_table(out, table, rows, style->color);
	else
		fprintf(out, "no file was read or written on disk%s\n",
			frame->of_pids
				? " by these processes themselves; -p leaves writeback out"
				: "");
	table_free(table);
	for (int i = 0; i < HOT_SUMMARY_LINES; i++)
		fprintf(out, "%s\n", lines[i]);
	fputc('\n', out);
	return output_flush(out);
}
