/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of text. Each column is as wide as its widest cell, numbers stand at
 * its right edge, a blank stands between two columns. The caller puts the lines
 * where they belong, and colours them.
 */
#ifndef FRSP_TABLE_H
#define FRSP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct table_column {
	const char *title;
	int min_width; /* so that a live view's columns stay where they are */
	bool is_text;  /* else right-aligned */
};

struct table;

/* Without rows. NULL: no memory. */
struct table *table_new(const struct table_column *columns, size_t n_columns);
void table_free(struct table *table); /* NULL: does nothing */

/* Adds a row, with copies of a text for each column. 0 or -ENOMEM. */
int table_add(struct table *table, const char *const *cells);

/* How many rows there are. */
size_t table_n_rows(const struct table *table);

/* Lays the rows out, after the last one was added. 0 or -ENOMEM. */
int table_lay_out(struct table *table);

/* The line of the i-th row (from 0), or that of the titles. Nothing is padded
 * behind the last column. Valid until table_free().
 */
const char *table_titles(const struct table *table);
const char *table_line(const struct table *table, size_t i);

#endif
