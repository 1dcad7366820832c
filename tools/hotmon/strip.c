// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/strip.h"

#include "base/sgr.h"
#include "base/text_width.h"
#include "heat/columns.h"

#define N_LEVELS 8

const char *strip_glow_style(int glow, bool color)
{
	static const char *const styles[] = {"", SGR_GREEN, SGR_YELLOW,
					     SGR_RED};

	if (!color || glow < 1 || glow > 3)
		return "";
	return styles[glow];
}

const char *strip_glow_mark(int glow)
{
	static const char *const marks[2][5] = {
		{" ", ".", "-", "+", "#"},
		/* middle dot; shades: light, medium, dark, full */
		{"\u00b7", "\u2591", "\u2592", "\u2593", "\u2588"},
	};

	return marks[text_is_utf8()][glow + 1];
}

void strip_print_heat(FILE *out, const double *cells, __u32 n, double hottest,
		      bool color)
{
	int last = 0;

	for (__u32 i = 0; i < n; i++) {
		const struct hot_row row = {.temperature = cells[i]};
		int glow = cells[i] < 0 ? -1 : hot_row_glow(&row, hottest);
		int shown = glow > 0 ? glow : 0;

		if (color && shown != last)
			fprintf(out, "%s%s", last ? SGR_RESET : "",
				strip_glow_style(shown, color));
		last = shown;
		fputs(strip_glow_mark(glow), out);
	}
	if (color && last)
		fputs(SGR_RESET, out);
}

static const char *rate_mark(double rate, double highest)
{
	static const char *const marks[2][1 + N_LEVELS] = {
		{".", ":", "-", "=", "+", "o", "*", "%", "#"},
		{"\u00b7", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585",
		 "\u2586", "\u2587", "\u2588"},
	};
	int level;

	if (rate < 0)
		return " ";
	level = rate > 0 ? 1 + (int)(rate / highest * (N_LEVELS - 1) + 0.5) : 0;
	return marks[text_is_utf8()][level];
}

double strip_print_rates(FILE *out, const double *cells, __u32 n)
{
	double highest = 0;

	for (__u32 i = 0; i < n; i++)
		if (cells[i] > highest)
			highest = cells[i];
	for (__u32 i = 0; i < n; i++)
		fputs(rate_mark(cells[i], highest), out);
	return highest;
}
