// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/table.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path_fit.h"
#include "base/text_width.h"

#define MIN_PATH_COLUMNS 8 /* even if the table gets too wide then */

struct layout {
	int width; /* of the widest cell, and of the title */
	int leaves;
	bool has_left;
};

struct table {
	struct libscols_table *cells;
	size_t n_columns, n_rows;
	struct layout *columns;
	bool has_path;	    /* in the last column */
	char *text;	    /* all lines, with a NUL after each */
	char *const *lines; /* pointers into text; the titles come first */
};

static void widen(struct layout *column, const char *text)
{
	int width = text_width(text);

	if (width > column->width)
		column->width = width;
}

/* libsmartcols forgets the least width of a column if another column is much
 * wider than most of its cells. So blanks in the title keep it.
 */
static int add_column(struct table *table, const struct table_column *column,
		      bool is_last)
{
	int blanks = column->min_width - text_width(column->title);
	struct libscols_column *added;
	char *title;

	if (blanks < 0 || (is_last && column->is_text))
		blanks = 0;
	if (asprintf(&title, column->is_text ? "%2$s%1$*3$s" : "%1$*3$s%2$s",
		     "", column->title, blanks) < 0)
		return -ENOMEM;
	added = scols_table_new_column(table->cells, title, 0,
				       column->is_text ? 0 : SCOLS_FL_RIGHT);
	free(title);
	return added ? 0 : -ENOMEM;
}

static int add_columns(struct table *table, const struct table_column *columns)
{
	size_t last = table->n_columns - 1;
	int err = 0;

	for (size_t i = 0; i <= last && !err; i++) {
		err = add_column(table, &columns[i], i == last);
		table->columns[i].leaves = columns[i].leaves;
		table->columns[i].width = columns[i].min_width;
		widen(&table->columns[i], columns[i].title);
	}
	table->has_path = columns[last].is_path;
	return err;
}

struct table *table_new(const struct table_column *columns, size_t n_columns)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->n_columns = n_columns;
	table->columns = calloc(n_columns, sizeof(*table->columns));
	table->cells = scols_new_table();
	if (table->columns && table->cells && !add_columns(table, columns))
		return table;
	table_free(table);
	return NULL;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	scols_unref_table(table->cells);
	free(table->columns);
	free((void *)table->lines);
	free(table->text);
	free(table);
}

int table_add(struct table *table, const char *const *cells)
{
	struct libscols_line *line = scols_table_new_line(table->cells, NULL);
	int err = line ? 0 : -ENOMEM;

	for (size_t i = 0; i < table->n_columns && !err; i++) {
		err = scols_line_set_data(line, i, cells[i]);
		widen(&table->columns[i], cells[i]);
	}
	table->n_rows += !err;
	return err;
}

size_t table_n_rows(const struct table *table)
{
	return table->n_rows;
}

int table_column_end(const struct table *table, size_t i)
{
	int end = -1;

	if (table->columns[i].has_left)
		return 0;
	for (size_t k = 0; k <= i; k++)
		if (!table->columns[k].has_left)
			end += 1 + table->columns[k].width;
	return end;
}

/* Takes the columns with the highest .leaves out of the table. Returns false if
 * none may leave.
 */
static bool drop_columns(struct table *table)
{
	int highest = 0;

	for (size_t i = 0; i < table->n_columns; i++)
		if (!table->columns[i].has_left &&
		    table->columns[i].leaves > highest)
			highest = table->columns[i].leaves;
	for (size_t i = 0; i < table->n_columns && highest; i++) {
		if (table->columns[i].leaves != highest)
			continue;
		table->columns[i].has_left = true;
		scols_column_set_flags(scols_table_get_column(table->cells, i),
				       SCOLS_FL_HIDDEN);
	}
	return highest;
}

/* Shortens the path of each row. *shift becomes the longest way that one moved.
 */
static int fit_paths(struct table *table, int n_columns, int *shift)
{
	size_t last = table->n_columns - 1;
	int wanted = *shift, err = 0;

	*shift = 0;
	for (size_t i = 0; i < table->n_rows && !err; i++) {
		struct libscols_line *line =
			scols_table_get_line(table->cells, i);
		const char *path =
			scols_cell_get_data(scols_line_get_cell(line, last));
		char *fitting = malloc(path_fit_size(path));
		int moved = wanted;

		if (!fitting)
			return -ENOMEM;
		path_fit(path, n_columns, &moved, fitting);
		if (abs(moved) > abs(*shift))
			*shift = moved;
		err = scols_line_set_data(line, last, fitting);
		free(fitting);
	}
	return err;
}

/* The columns that are left for the last column; negative: the others alone are
 * too wide.
 */
static int room_for_last(const struct table *table, int n_columns)
{
	size_t last = table->n_columns - 1;

	return n_columns - table_column_end(table, last) +
	       table->columns[last].width;
}

/* The columns that the last column wants before others may stay. */
static int wish_of_last(const struct table *table, int n_columns)
{
	int wish = table->columns[table->n_columns - 1].width;
	int path = n_columns / 3 > TABLE_PATH_COLUMNS ? n_columns / 3
						      : TABLE_PATH_COLUMNS;

	return table->has_path && path < wish ? path : wish;
}

int table_fit(struct table *table, int n_columns, int *shift)
{
	int wish = wish_of_last(table, n_columns), room;

	while (room_for_last(table, n_columns) < wish && drop_columns(table))
		;
	if (!table->has_path)
		return 0;
	room = room_for_last(table, n_columns);
	return fit_paths(table,
			 room > MIN_PATH_COLUMNS ? room : MIN_PATH_COLUMNS,
			 shift);
}

/* Adds a row of blanks if there is no row: without a row, libsmartcols prints
 * no titles, and it ignores the width of empty columns. table_line() does not
 * show that row.
 */
static int ensure_row(const struct table *table)
{
	struct libscols_line *line;
	int err = 0;

	if (table->n_rows)
		return 0;
	line = scols_table_new_line(table->cells, NULL);
	if (!line)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_columns && !err; i++)
		err = scols_line_set_data(line, i, " ");
	return err;
}

int table_lay_out(struct table *table)
{
	char **lines = calloc(table->n_rows + 2, sizeof(*lines));
	char *rest;
	int err;

	if (!lines)
		return -ENOMEM;
	table->lines = lines;
	err = ensure_row(table);
	/* to a string: on a terminal, its width would cut the lines */
	if (!err)
		err = scols_print_table_to_string(table->cells, &table->text);
	if (err)
		return err;
	rest = table->text;
	for (size_t i = 0; i <= table->n_rows && rest; i++)
		lines[i] = strsep(&rest, "\n");
	return 0;
}

const char *table_titles(const struct table *table)
{
	return table->lines[0];
}

const char *table_line(const struct table *table, size_t i)
{
	return table->lines[i + 1];
}

void table_print(FILE *out, const struct table *table)
{
	for (size_t i = 0; i <= table->n_rows; i++)
		fprintf(out, "%s\n", table->lines[i]);
}
