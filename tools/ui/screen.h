/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal of a live view, by ncurses. */
#ifndef FRSP_SCREEN_H
#define FRSP_SCREEN_H

#include <stdbool.h>

/* On a smaller one a live view says only that. */
#define SCREEN_MIN_COLUMNS 60
#define SCREEN_MIN_LINES   15

/* Takes the terminal, and gives it back also when the program crashes. False:
 * it is not usable (TERM).
 */
bool screen_start(void);
void screen_stop(void);

/* Puts text at x of line y, up to the column end. Where it does not fit it is
 * cut, and SCREEN_CUT is its last character. Returns the column behind it, or
 * end + 1 if it was cut. Where something was cut before (x > end), nothing is
 * put.
 */
#define SCREEN_CUT '>'
int screen_put(int y, int x, const char *text, int end);

#endif
