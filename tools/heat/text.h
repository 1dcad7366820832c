/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as text: the table that a live view draws line by line, and the whole
 * report for pipes, files and dumb terminals.
 */
#ifndef FRSP_HOT_TEXT_H
#define FRSP_HOT_TEXT_H

#include <stdio.h>

#include "base/table.h"
#include "heat/columns.h"
#include "heat/monitor.h"

struct hot_table_style {
	enum hot_view view;
	bool exact; /* all digits */
	/* Columns have their minimal width (hot_columns), so they stay in place
	 * from frame to frame unless a cell is wider. The title of the column
	 * that the rows are sorted by has a mark.
	 */
	bool live;
	bool latency;	      /* with the columns of times */
	struct hot_sort sort; /* these columns never leave */
	int n_columns;	      /* of the terminal; 0: any width will do */
	int shift;	      /* for table_fit() */
};

struct hot_text_style {
	struct hot_table_style table;
	bool color;
	bool timestamp; /* in front of each report */
};

/* The ranking that a view shows. The second one is for readers. */
struct hot_rows *hot_frame_rows(struct hot_frame *frame, enum hot_view view);
const struct hot_rows *hot_view_rows(const struct hot_frame *frame,
				     enum hot_view view);

/* The temperature of the hottest row; 0: there are no rows. */
double hot_rows_hottest(const struct hot_rows *rows);

/* Makes a table of at most n rows, beginning with the row from. They must be
 * named (hot_monitor_name()). style->shift becomes what table_fit() makes of
 * it. The caller frees *table. Returns 0 or -errno.
 */
int hot_table_make(const struct hot_rows *rows, __u32 from, __u32 n,
		   struct hot_table_style *style, struct table **table);

/* Prints the table of all rows, which must be named, the summary and an empty
 * line, and flushes. Returns 0 or -errno.
 */
int hot_text_write(FILE *out, const struct hot_frame *frame,
		   const struct hot_text_style *style);

#endif
