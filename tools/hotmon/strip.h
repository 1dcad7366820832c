/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strips: a line of cells, each of which shows a temperature or a rate by a
 * character, so that they can be read without colours. In a locale without
 * UTF-8 the characters are ASCII.
 */
#ifndef FRSP_HOTMON_STRIP_H
#define FRSP_HOTMON_STRIP_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

/* The style of the colours by hot_row_glow(); "" if there is none. */
const char *strip_glow_style(int glow, bool color);

/* The character for a cell that is this hot: 3 to 0; -1: no I/O. */
const char *strip_glow_mark(int glow);

/* Prints the temperatures, by the scale of hot_row_glow(); < 0: no I/O. */
void strip_print_heat(FILE *out, const double *cells, __u32 n, double hottest,
		      bool color);

/* Prints the rates, as parts of the highest; < 0: not known, a blank. Returns
 * the highest.
 */
double strip_print_rates(FILE *out, const double *cells, __u32 n);

#endif
