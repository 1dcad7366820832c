/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which line of hotmon's screen has what:
 *
 *   0  the title
 *   1  the titles of the columns
 *   2  the rows
 *      the status: which rows these are, and the scale of the colours
 *      HOT_SUMMARY_LINES lines
 *      the bar of function keys, if there are enough lines
 */
#ifndef FRSP_HOT_LAYOUT_H
#define FRSP_HOT_LAYOUT_H

#include <linux/types.h>

#define HOT_LAYOUT_HEADS 1
#define HOT_LAYOUT_ROWS	 2

struct hot_layout {
	__u32 n_rows; /* at least 1 */
	int status, summary;
	int bar; /* -1: there is none */
};

/* For the size that the terminal has now. */
struct hot_layout hot_layout(void);

#endif
