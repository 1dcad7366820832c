// SPDX-License-Identifier: GPL-2.0-or-later
#include "simulate/plot.h"

#include <math.h>

#include "base/svg.h"
#include "base/time_steps.h"
#include "simulate/curve.h"

/* In pixels. The legend is below the plot, a line for each policy. */
#define WIDTH  960
#define LEFT   64
#define RIGHT  (WIDTH - 24)
#define TOP    48
#define BOTTOM 408
#define LEGEND (BOTTOM + 60)
#define LINE   20

#define MAX_TIMES 12

static double x_of(const struct sim_curve *curve, double part)
{
	return LEFT + (RIGHT - LEFT) * part / curve->n;
}

static double y_of(double percent)
{
	return BOTTOM - (BOTTOM - TOP) * percent / 100;
}

/* Colours that differ also for the colour-blind. perfect is black, never grey,
 * and both are dashed: they are bounds.
 */
static const char *color_of(const struct sim_report *report, size_t i)
{
	static const char *const colors[] = {"#0072b2", "#d55e00", "#009e73",
					     "#cc79a7", "#56b4e9", "#e69f00"};
	size_t n_entries = report->n - 4; /* never, lru, 2013, perfect */

	if (i == report->n - 1)
		return "#000000";
	if (i == n_entries)
		return "#999999";
	return colors[(i < n_entries ? i + 2 : i - n_entries - 1) %
		      (sizeof(colors) / sizeof(colors[0]))];
}

static void draw_grid(FILE *out)
{
	for (int percent = 0; percent <= 100; percent += 20)
		fprintf(out,
			"<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>\n"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d %%</text>\n",
			LEFT, RIGHT, y_of(percent), y_of(percent), LEFT - 8,
			y_of(percent) + 4, percent);
	fprintf(out,
		"<text x=\"16\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 16 %d)\">I/Os served by the fast tier</text>\n",
		(TOP + BOTTOM) / 2, (TOP + BOTTOM) / 2);
}

static void draw_times(FILE *out, const struct sim_curve *curve)
{
	double all_s = curve->part_s * curve->n;
	struct time_step step = time_step_for(all_s, MAX_TIMES);

	for (double s = 0; s <= all_s; s += step.s)
		svg_tick(out, x_of(curve, s / curve->part_s), BOTTOM,
			 s / step.unit_s, step.unit);
	fprintf(out,
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">time since the begin of the recording</text>\n",
		(LEFT + RIGHT) / 2, BOTTOM + 40);
}

static const char *dashes_of(const struct sim_report *report, size_t i)
{
	return i == report->n - 1 || i == report->n - 4
		       ? " stroke-dasharray=\"6 4\""
		       : "";
}

/* A step for each part, and a gap where there was no I/O. */
static void draw_line(FILE *out, const struct sim_report *report, size_t i)
{
	struct sim_curve curve;
	bool is_open = false;

	sim_curve_make(report, &report->scores[i], &curve);
	fprintf(out,
		"<path fill=\"none\" stroke-width=\"2\" stroke=\"%s\"%s d=\"",
		color_of(report, i), dashes_of(report, i));
	for (size_t part = 0; part < curve.n; part++) {
		if (curve.percent[part] >= 0)
			fprintf(out, "%c%.1f %.1fH%.1f", is_open ? 'L' : 'M',
				x_of(&curve, part), y_of(curve.percent[part]),
				x_of(&curve, part + 1));
		is_open = curve.percent[part] >= 0;
	}
	fputs("\"/>\n", out);
}

static void draw_legend(FILE *out, const struct sim_report *report, size_t i)
{
	const struct sim_score *score = &report->scores[i];
	double y = LEGEND + LINE * i;

	fprintf(out,
		"<line x1=\"%d\" x2=\"%d\" y1=\"%.0f\" y2=\"%.0f\" stroke-width=\"3\" stroke=\"%s\"%s/>\n"
		"<text x=\"%d\" y=\"%.0f\">",
		LEFT, LEFT + 32, y, y, color_of(report, i),
		dashes_of(report, i), LEFT + 42, y + 4);
	svg_text(out, score->name);
	fprintf(out, "</text>\n<text x=\"%d\" y=\"%.0f\">%.1f %% of all I/Os",
		LEFT + 342, y + 4, fmax(sim_percent(score), 0));
	if (!score->moves_free)
		fprintf(out, ", %.2f %% of the data moved per hour",
			sim_moved_per_hour(report, score));
	fputs("</text>\n", out);
}

void sim_plot(FILE *out, const struct sim_report *report, const char *title)
{
	int height = LEGEND + LINE * report->n;
	struct sim_curve curve;

	svg_begin(out, WIDTH, height, LEFT, title);
	sim_curve_make(report, &report->scores[0], &curve);
	draw_grid(out);
	draw_times(out, &curve);
	for (size_t i = report->n; i--;)
		draw_line(out, report, i);
	for (size_t i = 0; i < report->n; i++)
		draw_legend(out, report, i);
	svg_end(out);
}
