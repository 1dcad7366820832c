/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cursor in a list of lines of which a page is on the screen. */
#ifndef FRSP_LIST_CURSOR_H
#define FRSP_LIST_CURSOR_H

#include <linux/types.h>

struct list_cursor {
	__u32 at;    /* line of the cursor, from 0 */
	__u32 first; /* the first line on the screen */
};

/* Moves the cursor down by so many of n lines, or up if negative, and scrolls
 * until it is on the page. It stops at the first and the last line.
 */
void list_cursor_move(struct list_cursor *cursor, long by, __u32 n, __u32 page);

/* Scrolls down or up so that the last line is not above the end of the page,
 * for a text without a cursor. .at is .first.
 */
void list_cursor_scroll(struct list_cursor *cursor, long by, __u32 n,
			__u32 page);

#endif
