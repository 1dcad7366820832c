/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a file as text, for the live view and for reports. */
#ifndef FRSP_HOTMON_PAGE_TEXT_H
#define FRSP_HOTMON_PAGE_TEXT_H

#include <stdio.h>

#include "heat/history.h"
#include "heat/page.h"

#define PAGE_LABEL_COLUMNS 9

struct page_text_style {
	int n_columns;		/* of the terminal; 0: any width will do */
	bool exact;		/* all digits */
	bool color;		/* with sequences of base/sgr.h */
	bool live;		/* says which keys do what */
	bool recorded;		/* names no device of this machine */
	__u32 marked;		/* this range; FRSP_HOT_RANGE_FILE: none */
	__u32 max_rows;		/* at most so many ranges; 0: all */
	struct hot_sort sort;	/* of the ranges */
	__u64 wall_ns, mono_ns; /* the time of the frame */
};

/* Prints the page, without a line for the title. Returns 0 or -ENOMEM. */
int page_text_print(FILE *out, const struct hot_page *page,
		    const struct hot_history *history,
		    const struct page_text_style *style);

#endif
