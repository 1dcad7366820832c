/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws the topmost page of the live view, with title and status. */
#ifndef FRSP_HOTMON_PAGE_DRAW_H
#define FRSP_HOTMON_PAGE_DRAW_H

#include "hotmon/live.h"

void hot_page_draw(struct hot_live *live, const struct hot_frame *frame);

/* How many lines of the page are on the screen below those that always are. */
__u32 hot_page_n_rows(const struct hot_live *live);

#endif
