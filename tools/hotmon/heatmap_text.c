// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/heatmap_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/path_fit.h"
#include "base/sgr.h"
#include "base/text_width.h"
#include "base/time_steps.h"
#include "hotmon/palette.h"

#define N_COLOR_LEVELS 32
#define OTHER_LINES    6 /* title, axis, its labels, two of legend, the prompt */
#define OFFSET_WIDTH   8 /* "1023.9M " */
#define TICK_COLUMNS   10
#define LABEL_LINES    3
#define RAMP	       10
#define DISK_COLUMNS   3

static bool has_colors(const struct heatmap_screen *screen)
{
	return screen->colors >= 256;
}

static __u32 rows_per_line(const struct heatmap_screen *screen)
{
	return has_colors(screen) && text_is_utf8() ? 2 : 1;
}

/* The columns left of the bar. */
static int label_width(const struct heatmap_screen *screen, __u32 n_bands)
{
	if (n_bands == 1)
		return OFFSET_WIDTH;
	return screen->n_columns < 100 ? 20 : 32;
}

__u32 heatmap_text_columns(const struct heatmap_screen *screen, __u32 n_bands)
{
	int left = screen->n_columns - label_width(screen, n_bands) - 1 -
		   (screen->has_disk ? DISK_COLUMNS : 0);

	return left > 1 ? left : 1;
}

static __u32 map_lines(const struct heatmap_screen *screen)
{
	int left = screen->n_lines - OTHER_LINES - screen->has_disk;

	return left > 2 ? left : 2;
}

static __u32 band_lines(const struct heatmap_screen *screen, __u32 n_bands)
{
	__u32 lines = map_lines(screen) / n_bands;

	return lines ? lines : 1;
}

__u32 heatmap_text_rows(const struct heatmap_screen *screen, __u32 n_bands)
{
	return band_lines(screen, n_bands) * n_bands * rows_per_line(screen);
}

__u32 heatmap_text_bands(const struct heatmap_screen *screen)
{
	__u32 n = map_lines(screen) / 2;

	return n < HEATMAP_MAX_BANDS ? n : HEATMAP_MAX_BANDS;
}

/* The mark of a rate without colours; n: how many there are but for level 0. */
static const char *const *marks(unsigned int *n)
{
	static const char *const ascii[] = {" ", ".", ":", "-", "=",
					    "+", "*", "#", "%", "@"};
	/* shades: middle dot, light, medium, dark, full */
	static const char *const shades[] = {" ",      "\u00b7", "\u2591",
					     "\u2592", "\u2593", "\u2588"};
	bool utf8 = text_is_utf8();

	*n = utf8 ? 5 : 9;
	return utf8 ? shades : ascii;
}

/* What is printed, and in which colours the last character was. */
struct pen {
	FILE *out;
	const struct heatmap_screen *screen;
	int fg, bg; /* levels; -1: those of the terminal */
};

static void put_color(const struct pen *pen, int code, unsigned int level)
{
	__u32 rgb = palette_rgb(level, N_COLOR_LEVELS);

	if (pen->screen->colors > 256)
		fprintf(pen->out, "\033[%d;2;%u;%u;%um", code, rgb >> 16,
			rgb >> 8 & 255, rgb & 255);
	else
		fprintf(pen->out, "\033[%d;5;%um", code,
			palette_of_256(level, N_COLOR_LEVELS));
}

static void set_ground(struct pen *pen, int level)
{
	if (level != pen->bg)
		put_color(pen, 48, level);
	pen->bg = level;
}

static void set_ink(struct pen *pen, int level)
{
	if (level != pen->fg)
		put_color(pen, 38, level);
	pen->fg = level;
}

static void end_colors(struct pen *pen)
{
	if (pen->fg >= 0 || pen->bg >= 0)
		fputs(SGR_RESET, pen->out);
	pen->fg = pen->bg = -1;
}

/* The row at this height of a band; -1: below its last one. */
static __s64 row_at(const struct heatmap_band *band, __u32 height, __u32 at)
{
	return at / height < band->n_rows ? (__s64)band->first_row + at / height
					  : -1;
}

static unsigned int level_at(const struct heatmap *map, __s64 row, __u32 column,
			     unsigned int n_levels)
{
	double rate = row < 0 ? 0 : heatmap_grid_rate(&map->grid, row, column);

	return heatmap_level(&map->scale, rate, n_levels);
}

/* width: of a cell. */
static void put_cell(struct pen *pen, const struct heatmap *map, __s64 upper,
		     __s64 lower, __u32 column, __u32 width)
{
	unsigned int n;
	const char *const *mark = marks(&n);
	const char *text = " ";

	if (has_colors(pen->screen)) {
		unsigned int above =
			level_at(map, upper, column, N_COLOR_LEVELS);
		unsigned int below =
			level_at(map, lower, column, N_COLOR_LEVELS);

		set_ground(pen, below);
		if (above != below) {
			set_ink(pen, above);
			text = "\u2580"; /* upper half block */
		}
	} else {
		text = mark[level_at(map, upper, column, n)];
	}
	while (width--)
		fputs(text, pen->out);
}

/* Right-aligned, and a blank. */
static void put_label(FILE *out, const char *text, int width)
{
	int missing = width - 1 - text_width(text);

	fprintf(out, "%*s%s ", missing > 0 ? missing : 0, "", text);
}

/* The label of a line of one of several bands: first its name, then its size.
 */
static void put_band_label(FILE *out, const struct heatmap_band *band,
			   __u32 line, int width)
{
	char bytes[FMT_LEN], row[FMT_LEN], size[2 * FMT_LEN + 8];
	int shift = 0;

	if (line == 0) {
		char *name = malloc(path_fit_size(band->name));

		if (name)
			path_fit(band->name, width - 1, &shift, name);
		put_label(out, name ?: "", width);
		free(name);
		return;
	}
	snprintf(size, sizeof(size), "0-%s, row %s",
		 fmt_bytes(bytes, band->bytes, false),
		 fmt_bytes(row, band->row_bytes, false));
	put_label(out, line == 1 ? size : "", width);
}

/* The offset at which the line begins, now and then. */
static void put_offset(FILE *out, const struct heatmap_band *band, __u32 line,
		       __u32 height, __u32 per_line, __u32 *next_label)
{
	__u32 at = line * per_line;
	char bytes[FMT_LEN];
	bool is_due = line >= *next_label && at % height == 0;

	if (is_due)
		*next_label = line + LABEL_LINES;
	put_label(out,
		  is_due ? fmt_bytes(bytes, at / height * band->row_bytes,
				     false)
			 : "",
		  OFFSET_WIDTH);
}

/* The tiers of a row: its number; *: several; ?: unknown. Numbers from 10 on
 * are letters.
 */
static char tier_mark(__u64 tiers)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

	if (!tiers)
		return '?';
	return tiers & (tiers - 1) ? '*' : digits[__builtin_ctzll(tiers)];
}

static const char piece_marks[] = " .:+#";

static void put_disk(FILE *out, const struct heatmap_disk_row *row)
{
	fprintf(out, " %c%c", tier_mark(row->tiers),
		piece_marks[heatmap_disk_level(row)]);
}

static void put_disk_legend(FILE *out, const struct heatmap_disk *disk,
			    int n_columns)
{
	char line[TIER_MAX * (MOUNT_NAME_LEN + 8) + 64];
	size_t n = snprintf(
		line, sizeof(line),
		"pieces per MiB: . <=1, : <=4, + <=16, # more; tiers:");

	for (unsigned int i = 0; i < disk->tiers.n; i++)
		n += snprintf(line + n, sizeof(line) - n, " %c %s",
			      tier_mark(1ULL << i), disk->tiers.tiers[i].shown);
	if (!disk->tiers.n)
		snprintf(line + n, sizeof(line) - n, " unknown");
	fwrite(line, 1, text_fitting_bytes(line, n_columns), out);
	fputc('\n', out);
}

static void put_band(struct pen *pen, const struct heatmap *map, __u32 nth,
		     __u32 width)
{
	const struct heatmap_band *band = &map->bands[nth];
	const struct heatmap_screen *screen = pen->screen;
	__u32 per_line = rows_per_line(screen), next_label = 0;
	__u32 room = band_lines(screen, map->n_bands) * per_line;
	__u32 height = room / band->n_rows;
	__u32 n_lines = (band->n_rows * height + per_line - 1) / per_line;

	for (__u32 line = 0; line < n_lines; line++) {
		__u32 at = line * per_line;

		if (map->n_bands == 1)
			put_offset(pen->out, band, line, height, per_line,
				   &next_label);
		else
			put_band_label(pen->out, band, line,
				       label_width(screen, map->n_bands));
		fputs(text_is_utf8() ? line ? "\u2502" : "\u251c"
		      : line	     ? "|"
				     : "+",
		      pen->out);
		for (__u32 i = 0; i < map->grid.n_columns; i++)
			put_cell(pen, map, row_at(band, height, at),
				 row_at(band, height, at + per_line - 1), i,
				 width);
		end_colors(pen);
		if (map->has_disk)
			put_disk(pen->out, &map->disk.rows[at / height]);
		fputc('\n', pen->out);
	}
}

/* The axis of time, and the labels below it. */
static void put_times(FILE *out, const struct heatmap *map, int left,
		      __u32 n_columns)
{
	double all_s = (double)map->grid.column_ns * map->grid.n_columns /
		       NSEC_PER_SEC;
	__u32 most = n_columns / TICK_COLUMNS;
	struct time_step step = time_step_for(all_s, most ? most : 1);
	bool utf8 = text_is_utf8();
	__u32 at = 0, n = 0;

	fprintf(out, "%*s%s", left, "", utf8 ? "\u2514" : "+");
	for (__u32 i = 0; i < n_columns; i++) {
		bool is_tick = i == (__u32)(n * step.s / all_s * n_columns);

		fputs(is_tick ? utf8 ? "\u252c" : "+"
		      : utf8  ? "\u2500"
			      : "-",
		      out);
		n += is_tick;
	}
	fprintf(out, "\n%*s", left + 1, "");
	for (__u32 i = 0; i < n; i++) {
		__u32 place = i * step.s / all_s * n_columns;
		char label[FMT_LEN];

		snprintf(label, sizeof(label), "%g %s",
			 i * step.s / step.unit_s, step.unit);
		if ((at && place <= at) || place + strlen(label) > n_columns)
			continue;
		fprintf(out, "%*s%s", (int)(place - at), "", label);
		at = place + strlen(label);
	}
	fputc('\n', out);
}

static void put_ramp(struct pen *pen)
{
	unsigned int n;
	const char *const *mark = marks(&n);

	if (!has_colors(pen->screen))
		for (unsigned int level = 1; level <= n; level++)
			fputs(mark[level], pen->out);
	else
		for (unsigned int i = 1; i <= RAMP; i++) {
			set_ground(pen, 1 + (i - 1) * (N_COLOR_LEVELS - 1) /
							(RAMP - 1));
			fputc(' ', pen->out);
		}
	end_colors(pen);
}

static void put_legend(struct pen *pen, const struct heatmap *map)
{
	double column_s = (double)map->grid.column_ns / NSEC_PER_SEC;
	char row[FMT_LEN], low[FMT_LEN], high[FMT_LEN], begin[FMT_LEN];

	put_ramp(pen);
	fprintf(pen->out, " %s to %s I/Os/s in a cell, log scale\n",
		fmt_temperature(low, map->scale.low),
		fmt_temperature(high, map->scale.high));
	fprintf(pen->out,
		column_s < 1000 ? "one cell: %.3g s" : "one cell: %.0f s",
		column_s);
	fprintf(pen->out, " x %s; 0 s is %s\n",
		map->n_bands == 1
			? fmt_bytes(row, map->bands[0].row_bytes, false)
			: "a row",
		fmt_rfc3339(begin, map->start_ns));
}

void heatmap_text_print(FILE *out, const struct heatmap *map, const char *title,
			const struct heatmap_screen *screen)
{
	struct pen pen = {.out = out, .screen = screen, .fg = -1, .bg = -1};
	__u32 room = heatmap_text_columns(screen, map->n_bands);
	__u32 width = room / map->grid.n_columns;

	fwrite(title, 1, text_fitting_bytes(title, screen->n_columns), out);
	fputc('\n', out);
	for (__u32 i = 0; i < map->n_bands; i++)
		put_band(&pen, map, i, width);
	put_times(out, map, label_width(screen, map->n_bands),
		  width * map->grid.n_columns);
	put_legend(&pen, map);
	if (map->has_disk)
		put_disk_legend(out, &map->disk, screen->n_columns);
}
