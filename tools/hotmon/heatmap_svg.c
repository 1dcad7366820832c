// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/heatmap_svg.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/path_fit.h"
#include "base/svg.h"
#include "base/time_steps.h"
#include "hotmon/palette.h"

/* In pixels. */
#define WIDTH	   1000
#define TOP	   48
#define BOTTOM	   (TOP + 480)
#define HEIGHT	   (BOTTOM + 112)
#define GAP	   3 /* between bands */
#define RAMP_Y	   (BOTTOM + 64)
#define RAMP_WIDTH 256

#define N_LEVELS    64
#define MAX_TIMES   12
#define MAX_OFFSETS 8
#define NAME_LENGTH 30 /* of a band, in characters */

static int left_of(const struct heatmap *map)
{
	return map->n_bands == 1 ? 88 : 250;
}

static int right_of(const struct heatmap *map)
{
	return WIDTH - (map->has_disk ? 170 : 24);
}

static double x_of(const struct heatmap *map, double column)
{
	int left = left_of(map);

	return left + (right_of(map) - left) * column / map->grid.n_columns;
}

static double band_top(const struct heatmap *map, __u32 nth)
{
	return TOP + (double)(BOTTOM - TOP) * nth / map->n_bands;
}

static double y_of(const struct heatmap *map, __u32 nth, double row)
{
	double height = (double)(BOTTOM - TOP) / map->n_bands -
			(map->n_bands > 1 ? GAP : 0);

	return band_top(map, nth) + height * row / map->bands[nth].n_rows;
}

static void rectangle(FILE *out, double x, double y, double end_x, double end_y,
		      __u32 rgb)
{
	fprintf(out,
		"<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"#%06x\" shape-rendering=\"crispEdges\"/>\n",
		x, y, end_x - x, end_y - y, rgb);
}

/* Neighbours of the same level are one rectangle. */
static void draw_row(FILE *out, const struct heatmap *map, __u32 nth, __u32 row)
{
	__u32 n = map->grid.n_columns;
	unsigned int level = 0, next;

	for (__u32 first = 0, i = 0; i <= n; i++) {
		next = i < n ? heatmap_level(
				       &map->scale,
				       heatmap_grid_rate(
					       &map->grid,
					       map->bands[nth].first_row + row,
					       i),
				       N_LEVELS)
			     : 0;
		if (next == level)
			continue;
		if (level)
			rectangle(out, x_of(map, first), y_of(map, nth, row),
				  x_of(map, i), y_of(map, nth, row + 1),
				  palette_rgb(level, N_LEVELS));
		first = i;
		level = next;
	}
}

static void draw_offsets(FILE *out, const struct heatmap *map)
{
	const struct heatmap_band *band = &map->bands[0];
	__u32 step = (band->n_rows + MAX_OFFSETS - 1) / MAX_OFFSETS;
	int left = left_of(map);
	char bytes[FMT_LEN];

	for (__u32 row = 0; row < band->n_rows; row += step) {
		double y = y_of(map, 0, row);

		fprintf(out,
			"<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#888888\"/>\n"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
			left - 5, left, y, y, left - 8, y + 4,
			fmt_bytes(bytes, row * band->row_bytes, false));
	}
	fprintf(out,
		"<text x=\"20\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 20 %d)\">offset in bytes</text>\n",
		(TOP + BOTTOM) / 2, (TOP + BOTTOM) / 2);
}

static void draw_name(FILE *out, const struct heatmap *map, __u32 nth)
{
	const struct heatmap_band *band = &map->bands[nth];
	char *name = malloc(path_fit_size(band->name));
	int x = left_of(map) - 8, y = band_top(map, nth) + 14, shift = 0;
	char bytes[FMT_LEN], row[FMT_LEN];

	if (name)
		path_fit(band->name, NAME_LENGTH, &shift, name);
	fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", x, y);
	svg_text(out, name ?: "");
	fprintf(out,
		"</text>\n<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-size=\"11\" fill=\"#555555\">0 to %s, a row: %s</text>\n",
		x, y + 14, fmt_bytes(bytes, band->bytes, false),
		fmt_bytes(row, band->row_bytes, false));
	free(name);
}

static void draw_times(FILE *out, const struct heatmap *map)
{
	double column_s = (double)map->grid.column_ns / NSEC_PER_SEC;
	double all_s = column_s * map->grid.n_columns;
	struct time_step step = time_step_for(all_s, MAX_TIMES);
	char begin[FMT_LEN];

	for (double s = 0; s <= all_s; s += step.s)
		svg_tick(out, x_of(map, s / column_s), BOTTOM, s / step.unit_s,
			 step.unit);
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">time since %s</text>\n",
		(left_of(map) + right_of(map)) / 2, BOTTOM + 40,
		fmt_rfc3339(begin, map->start_ns));
}

static void draw_legend(FILE *out, const struct heatmap *map)
{
	int left = left_of(map), middle = RAMP_Y + 14;
	char row[FMT_LEN], low[FMT_LEN], high[FMT_LEN];
	const int step = RAMP_WIDTH / N_LEVELS;

	for (int i = 0; i < N_LEVELS; i++)
		rectangle(out, left + i * step, RAMP_Y, left + (i + 1) * step,
			  RAMP_Y + 18, palette_rgb(i + 1, N_LEVELS));
	fprintf(out, "<text x=\"%d\" y=\"%d\">%s</text>\n", left, RAMP_Y + 34,
		fmt_temperature(low, map->scale.low));
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s I/Os a second</text>\n",
		left + RAMP_WIDTH, RAMP_Y + 34,
		fmt_temperature(high, map->scale.high));
	fprintf(out,
		"<text x=\"%d\" y=\"%d\">reads and writes in a cell, log scale; one cell: %.3g s, %s</text>\n",
		left + RAMP_WIDTH + 16, middle,
		(double)map->grid.column_ns / NSEC_PER_SEC,
		map->n_bands == 1
			? fmt_bytes(row, map->bands[0].row_bytes, false)
			: "a row of its file");
}

/* Names the tier of each part of the disk, unless two are too near. */
static void draw_tiers(FILE *out, const struct heatmap *map)
{
	const struct tiers *tiers = &map->disk.tiers;
	const int left = left_of(map), right = right_of(map);
	double next_y = TOP;

	for (size_t i = 0; i < tiers->n_extents; i++) {
		const struct tier_extent *extent = &tiers->extents[i];
		double y =
			y_of(map, 0,
			     (double)extent->start / map->bands[0].row_bytes);

		if (i)
			fprintf(out,
				"<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ffffff\" stroke-dasharray=\"6 4\"/>\n",
				left, right, y, y);
		if (y < next_y)
			continue;
		next_y = y + 14;
		fprintf(out, "<text x=\"%d\" y=\"%.1f\">", right + 22, y + 12);
		svg_text(out, tiers->tiers[extent->tier].shown);
		fputs("</text>\n", out);
	}
}

/* A bar beside the map, darker where there are more pieces. */
static void draw_pieces(FILE *out, const struct heatmap *map)
{
	static const __u32 greys[] = {0xffffff, 0xdddddd, 0xaaaaaa, 0x666666,
				      0x000000};
	const int x = right_of(map) + 4;

	for (__u32 row = 0; row < map->bands[0].n_rows; row++)
		rectangle(out, x, y_of(map, 0, row), x + 12,
			  y_of(map, 0, row + 1),
			  greys[heatmap_disk_level(&map->disk.rows[row])]);
	fprintf(out,
		"<text x=\"%d\" y=\"%d\">bar at the right, from light to dark: at most 1, 4, 16 and more pieces per MiB</text>\n",
		left_of(map) + RAMP_WIDTH + 16, RAMP_Y + 34);
}

void heatmap_svg(FILE *out, const struct heatmap *map, const char *title)
{
	svg_begin(out, WIDTH, HEIGHT, left_of(map), title);
	for (__u32 i = 0; i < map->n_bands; i++) {
		rectangle(out, left_of(map), y_of(map, i, 0), right_of(map),
			  y_of(map, i, map->bands[i].n_rows),
			  palette_rgb(0, N_LEVELS));
		for (__u32 row = 0; row < map->bands[i].n_rows; row++)
			draw_row(out, map, i, row);
		if (map->n_bands > 1)
			draw_name(out, map, i);
	}
	if (map->n_bands == 1)
		draw_offsets(out, map);
	draw_times(out, map);
	draw_legend(out, map);
	if (map->has_disk) {
		draw_tiers(out, map);
		draw_pieces(out, map);
	}
	svg_end(out);
}
