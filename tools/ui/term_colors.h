/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many colours a terminal has: 0 if none; up to 256 by number, of which
 * those of 8, 16 and 256 are known; or TERM_COLORS_RGB by red, green and blue.
 */
#ifndef FRSP_TERM_COLORS_H
#define FRSP_TERM_COLORS_H

#define TERM_COLORS_RGB (1 << 24)

/* Of the one that terminfo has been set up for, by ncurses, say. */
int term_colors_current(void);

/* Of the one that stdout is, or is shown on in the end, by COLORTERM or TERM; 8
 * where both say nothing.
 */
int term_colors_stdout(void);

#endif
