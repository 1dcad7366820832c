/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws hotmon's live view; hot_live_draw() is in live.h. */
#ifndef FRSP_HOT_DRAW_H
#define FRSP_HOT_DRAW_H

#include "hotmon/live.h"

/* Sets up the colours, or clears live->color if the terminal has none. */
void hot_draw_init_colors(struct hot_live *live);

#endif
