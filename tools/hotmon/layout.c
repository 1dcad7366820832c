// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/layout.h"

#include <ncurses.h>

#include "heat/summary.h"

#define BAR_MIN_LINES 20

struct hot_layout hot_layout(void)
{
	bool has_bar = LINES >= BAR_MIN_LINES;
	int summary = LINES - has_bar - HOT_SUMMARY_LINES;
	int n_rows = summary - 1 - HOT_LAYOUT_ROWS;

	return (struct hot_layout){
		.n_rows = n_rows > 1 ? n_rows : 1,
		.status = summary - 1,
		.summary = summary,
		.bar = has_bar ? LINES - 1 : -1,
	};
}
