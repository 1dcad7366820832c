/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many colours a terminal has: 0: none; up to 256: it numbers them, and we
 * know the numbers of 8, 16 and 256 colours; TERM_COLORS_RGB: it takes red,
 * green and blue.
 */
#ifndef FRSP_TERM_COLORS_H
#define FRSP_TERM_COLORS_H

#define TERM_COLORS_RGB (1 << 24)

/* The colours of the terminal that terminfo was set up for, such as by ncurses.
 */
int term_colors_current(void);

/* The colours of the terminal that stdout is, or that shows stdout in the end,
 * according to COLORTERM or TERM; 8 if both say nothing.
 */
int term_colors_stdout(void);

#endif
