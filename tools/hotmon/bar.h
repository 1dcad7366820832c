/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bar of function keys at the bottom of hotmon's screen. */
#ifndef FRSP_HOT_BAR_H
#define FRSP_HOT_BAR_H

void hot_bar_draw(int y);

/* The function key, as of getch(), whose label is at column x; 0: none. */
int hot_bar_key(int x);

#endif
