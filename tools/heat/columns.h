/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of hotmon's tables: one list for batch output and live view. */
#ifndef FRSP_HOT_COLUMNS_H
#define FRSP_HOT_COLUMNS_H

#include "base/fmt.h"
#include "heat/rank.h"

enum hot_view {
	HOT_VIEW_FILES,
	HOT_VIEW_RANGES,
};

struct hot_column {
	const char *title;
	int width; /* at least, in the live view; the last one takes the rest */
	bool is_text; /* left-aligned; numbers are right-aligned */
	bool in_files, in_ranges;
	/* NULL: the path, which needs more than the row */
	const char *(*cell)(char buf[FMT_LEN], const struct hot_row *row,
			    bool exact);
};

#define HOT_N_COLUMNS 11

extern const struct hot_column hot_columns[HOT_N_COLUMNS];

bool hot_column_shown(const struct hot_column *column, enum hot_view view);

/* 0 (cold) to 3: how the row's temperature is coloured, by its order of
 * magnitude below the hottest.
 */
int hot_row_glow(const struct hot_row *row, double hottest);

#endif
