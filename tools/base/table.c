// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/table.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

struct table {
	struct libscols_table *cells;
	size_t n_columns, n_rows;
	char *text;	    /* all lines, each ended by a NUL */
	char *const *lines; /* titles first; a view into text */
};

static int add_columns(struct table *table, const struct table_column *columns)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (!scols_table_new_column(
			    table->cells, columns[i].title,
			    columns[i].min_width,
			    columns[i].is_text ? 0 : SCOLS_FL_RIGHT))
			return -ENOMEM;
	return 0;
}

struct table *table_new(const struct table_column *columns, size_t n_columns)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->n_columns = n_columns;
	table->cells = scols_new_table();
	if (table->cells && !add_columns(table, columns))
		return table;
	table_free(table);
	return NULL;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	scols_unref_table(table->cells);
	free((void *)table->lines);
	free(table->text);
	free(table);
}

int table_add(struct table *table, const char *const *cells)
{
	struct libscols_line *line = scols_table_new_line(table->cells, NULL);
	int err = line ? 0 : -ENOMEM;

	for (size_t i = 0; i < table->n_columns && !err; i++)
		err = scols_line_set_data(line, i, cells[i]);
	table->n_rows += !err;
	return err;
}

size_t table_n_rows(const struct table *table)
{
	return table->n_rows;
}

/* libsmartcols prints no titles above no rows, and forgets the width of columns
 * that are empty: a row of blanks goes in, which is not shown.
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
	/* Printed to a string, as the width of a terminal would cut it. */
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
