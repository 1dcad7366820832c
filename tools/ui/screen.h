/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The terminal of a live view, through ncurses. */
#ifndef FRSP_SCREEN_H
#define FRSP_SCREEN_H

#include <stdbool.h>

/* On a smaller terminal, a live view only says that it is too small. */
#define SCREEN_MIN_COLUMNS 60
#define SCREEN_MIN_LINES   15

/* The columns and lines of the terminal that stdout is; 0: it is none, or its
 * size is not known.
 */
int screen_stdout_columns(void);
int screen_stdout_lines(void);

/* Takes the terminal. It is restored also if the program crashes. False: the
 * terminal cannot be used (TERM).
 */
bool screen_start(void);
void screen_stop(void);

/* From now on getch() also returns KEY_MOUSE: a button was pressed or the wheel
 * was turned.
 */
void screen_use_mouse(void);

/* Puts text at column x of line y, up to the column end. If it does not fit, it
 * is cut, and SCREEN_CUT is its last character. Returns the column behind the
 * text, or end + 1 if it was cut. If something was cut before (x > end), puts
 * nothing.
 */
#define SCREEN_CUT '>'
int screen_put(int y, int x, const char *text, int end);

#endif
