/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all our SVG images have: a size, a white background, a title; and text
 * of anybody's names.
 */
#ifndef FRSP_SVG_H
#define FRSP_SVG_H

#include <stdio.h>

/* Errors are in ferror(out). The title is at x, 28. */
void svg_begin(FILE *out, int width, int height, int x, const char *title);
void svg_end(FILE *out);

/* A tick that goes down from the axis at x, y, with a number below it. */
void svg_tick(FILE *out, double x, int y, double number, const char *unit);

/* Escapes what has a meaning in SVG; control characters become "?". */
void svg_text(FILE *out, const char *text);

#endif
