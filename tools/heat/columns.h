/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The columns of hotmon's tables. Reports and the live view use the same list. */
#ifndef FRSP_HOT_COLUMNS_H
#define FRSP_HOT_COLUMNS_H

#include "base/fmt.h"
#include "heat/rank.h"
#include "heat/view.h"

struct hot_column {
	const char *title;
	int width;	       /* the minimum in the live view */
	int leaves;	       /* if the terminal is narrow, see base/table.h */
	unsigned int stays_in; /* views in which it never leaves: HOT_IN() */
	bool of_latency;       /* only while times are measured */
	bool is_text;	       /* left-aligned; numbers are right-aligned */
	unsigned int in;       /* views that have it: HOT_IN() */
	/* The key that sorts by this column, and the one that sorts by its sum
	 * with its neighbour; HOT_NR_SORT_KEYS: none.
	 */
	enum hot_sort_key key, sum_key;
	/* The text of the cell. NULL: the path (.file of the row). */
	const char *(*cell)(char buf[FMT_LEN], const struct hot_row *row,
			    bool exact);
};

#define HOT_N_COLUMNS 21

extern const struct hot_column hot_columns[HOT_N_COLUMNS];

/* latency: times are measured. */
bool hot_column_shown(const struct hot_column *column, enum hot_view view,
		      bool latency);
bool hot_column_stays(const struct hot_column *column, enum hot_view view);

/* True if the key sorts by this column, or by its sum with another. */
bool hot_column_sorts(const struct hot_column *column, enum hot_sort_key key);

/* How to colour a row, from 0 (cold) to 3, by its share of the hottest row's
 * temperature: 3 from 1/10 on, 2 from 1/100, 1 from 1/1000, else 0.
 */
int hot_row_glow(const struct hot_row *row, double hottest);

/* The least temperature for this colour, from 1 to 3. */
double hot_glow_least(int glow, double hottest);

#endif
