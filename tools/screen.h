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

/* How many bytes of text fit into n_columns of the screen. */
int screen_fitting_bytes(const char *text, int n_columns);

#endif
