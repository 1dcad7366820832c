/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of the overview: what each shows of a filesystem, and the word
 * that it shows where there is no number. The words, as in the manual:
 *
 *   idle       nothing happened in the last interval
 *   no-module  frsp.ko does not have the filesystem
 *   not-XFS    only ext4 has this
 *   unwatched  the BPF programs for it are not in the kernel
 *   unknown    the kernel does not say
 *   none       no file of the filesystem is among the hottest
 *
 * Columns that nobody gives numbers for are left out.
 */
#ifndef FRSP_TOP_COLUMNS_H
#define FRSP_TOP_COLUMNS_H

#include "top/model.h"

#define TOP_CELL_LEN 160

/* A filesystem now and in the previous frame. .before is all 0 for a filesystem
 * that is new in this frame, except its .status.
 */
struct top_row {
	const struct top_fs *fs;
	struct top_fs before;
	double interval_s;
	char hottest[PATH_LABEL_LEN]; /* path; empty: none */
};

/* Where the numbers of a column are from. */
enum top_needs {
	TOP_NEEDS_NOTHING, /* from the system itself */
	TOP_NEEDS_MODULE,
	TOP_NEEDS_WATCH, /* from BPF programs of frsp-top */
};

struct top_column {
	const char *title;
	int min_width;
	int leaves; /* as in base/table.h */
	bool is_text;
	enum top_needs needs;
	/* Fills in buf, or returns a text that lives as long as the row. */
	const char *(*cell)(char buf[TOP_CELL_LEN], const struct top_row *row,
			    bool exact);
	/* The value to sort by, highest first; negative: there is none. NULL:
	 * sort by the text, lowest first.
	 */
	double (*value)(const struct top_row *row);
	/* The word for a cell without a value; NULL: .cell has a text then. */
	const char *(*missing)(const struct top_fs *fs);
};

#define TOP_N_COLUMNS 19
extern const struct top_column top_columns[TOP_N_COLUMNS];

/* The text of the cell, or the word. */
const char *top_column_cell(const struct top_column *column,
			    char buf[TOP_CELL_LEN], const struct top_row *row,
			    bool exact);

#endif
