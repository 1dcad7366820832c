/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws a map as an SVG image. */
#ifndef FRSP_HOTMON_HEATMAP_SVG_H
#define FRSP_HOTMON_HEATMAP_SVG_H

#include <stdio.h>

#include "hotmon/heatmap_read.h"

/* The most columns and rows that the map may have. */
#define HEATMAP_SVG_COLUMNS 240
#define HEATMAP_SVG_ROWS    120
#define HEATMAP_SVG_BANDS   12

/* Errors are in ferror(out). */
void heatmap_svg(FILE *out, const struct heatmap *map, const char *title);

#endif
