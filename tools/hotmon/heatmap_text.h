/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints a map for a terminal of some size:
 *
 *   /srv/db: I/Os by offset and time
 *        0 |      .:-
 *     3.0M |  ==++#@#
 *          +-+----+----
 *            0 s  10 s
 *   .:-=+*#%@ 0.50 to 120 I/Os/s in a cell, log scale
 *   one cell: 2 s x 3.0M; 0 s is 2026-12-01T08:30:00.000Z
 *
 * With 256 colours or more and UTF-8 a line has two rows, as half blocks. With
 * fewer colours, characters of rising density stand for the rates. The map of a
 * disk has two marks behind each line: its tier, and how fragmented it is.
 */
#ifndef FRSP_HOTMON_HEATMAP_TEXT_H
#define FRSP_HOTMON_HEATMAP_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "hotmon/heatmap_read.h"

struct heatmap_screen {
	int n_columns, n_lines; /* of the terminal */
	int colors;		/* as in ui/term_colors.h; 0: none */
	bool has_disk;		/* room for its tiers and pieces is needed */
};

/* The most columns and rows that the map may have there, with so many bands.
 */
__u32 heatmap_text_columns(const struct heatmap_screen *screen, __u32 n_bands);
__u32 heatmap_text_rows(const struct heatmap_screen *screen, __u32 n_bands);

/* How many bands can be told apart there. */
__u32 heatmap_text_bands(const struct heatmap_screen *screen);

/* title: what the map is of, as it is shown. Errors are in ferror(out). */
void heatmap_text_print(FILE *out, const struct heatmap *map, const char *title,
			const struct heatmap_screen *screen);

#endif
