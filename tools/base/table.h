/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lays out tables of text. A column is as wide as its widest cell, its numbers
 * are right-aligned, and a blank is between two columns. The caller prints the
 * lines and colours them. Example:
 *
 *   TEMP READS FILE
 *    7.5   120 /srv/a
 *   11.0     3 /srv/b c
 *
 * If it is wider than the terminal, table_fit() takes columns away and shortens
 * paths.
 */
#ifndef FRSP_TABLE_H
#define FRSP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table_column {
	const char *title;
	int min_width; /* keeps the columns of a live view in place */
	bool is_text;  /* left-aligned, else right-aligned */
	/* 0: the column always stays. Else, where the table is too wide, the
	 * columns with the highest number leave first, all of them at once.
	 */
	int leaves;
	bool is_path; /* the last column may be one, see table_fit() */
};

struct table;

/* A table without rows. NULL: no memory. */
struct table *table_new(const struct table_column *columns, size_t n_columns);
void table_free(struct table *table); /* NULL: does nothing */

/* Adds a row. cells: a text for each column, which is copied. Returns 0 or
 * -ENOMEM.
 */
int table_add(struct table *table, const char *const *cells);

size_t table_n_rows(const struct table *table);

/* Makes the table at most n_columns wide. First columns leave until all paths
 * fit, or have TABLE_PATH_COLUMNS or a third of the width, whichever is more.
 * Then the paths are shortened (base/path_fit.h). *shift: scrolls the paths by
 * so many columns, to the left if negative; it becomes the nearest number that
 * makes a difference. Call it before table_lay_out(). Returns 0 or -ENOMEM.
 */
#define TABLE_PATH_COLUMNS 24
int table_fit(struct table *table, int n_columns, int *shift);

/* Lays the table out. Call it once, after the last table_add(). Returns 0 or
 * -ENOMEM.
 */
int table_lay_out(struct table *table);

/* Where the column i ends: the number of terminal columns up to and with its
 * last. 0: it has left.
 */
int table_column_end(const struct table *table, size_t i);

/* The line of the titles, and the line of row i (from 0), without blanks after
 * the last column. Valid until table_free().
 */
const char *table_titles(const struct table *table);
const char *table_line(const struct table *table, size_t i);

/* Prints the titles and all rows. Call it after table_lay_out(). */
void table_print(FILE *out, const struct table *table);

#endif
