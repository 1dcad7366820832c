/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as text for pipes, files and dumb terminals. */
#ifndef FRSP_HOT_BATCH_H
#define FRSP_HOT_BATCH_H

#include <stdio.h>

#include "base/table.h"
#include "heat/columns.h"
#include "heat/monitor.h"

struct hot_batch_style {
	enum hot_view view;
	bool exact; /* all digits */
	bool color;
	bool timestamp; /* in front of each report */
};

/* The ranking that a view shows, and the temperature of its hottest row. */
const struct hot_rows *hot_view_rows(const struct hot_frame *frame,
				     enum hot_view view);
double hot_rows_hottest(const struct hot_rows *rows);

/* The table of rows from, from + 1, ... as far as there are any, at most n.
 * exact: all digits; steady: columns are as wide as in other frames, if their
 * cells let them. The caller frees it. 0 or -errno.
 */
int hot_table_make(struct hot_monitor *monitor, const struct hot_rows *rows,
		   __u32 from, __u32 n, enum hot_view view, bool exact,
		   bool steady, struct table **table);

/* Returns 0 or -errno. */
int hot_batch_write(FILE *out, struct hot_monitor *monitor,
		    const struct hot_frame *frame,
		    const struct hot_batch_style *style);

#endif
