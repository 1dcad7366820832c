/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The share of I/Os in the fast tier over time, in equal parts of it. */
#ifndef FRSP_SIMULATE_CURVE_H
#define FRSP_SIMULATE_CURVE_H

#include "simulate/simulate.h"

/* At most so many parts, of at least a minute. */
#define SIM_CURVE_PARTS 144

struct sim_curve {
	double part_s; /* length of a part: whole minutes */
	size_t n;
	double percent[SIM_CURVE_PARTS]; /* < 0: no I/O */
};

void sim_curve_make(const struct sim_report *report,
		    const struct sim_score *score, struct sim_curve *curve);

/* The share of all I/O, in percent; and of that in the last quarter of the
 * time; < 0: there was none.
 */
double sim_percent(const struct sim_score *score);
double sim_late_percent(const struct sim_score *score);

/* What was moved, in percent of the data per hour. What is shorter than an hour
 * counts as one, as the budget is that of an hour.
 */
double sim_moved_per_hour(const struct sim_report *report,
			  const struct sim_score *score);

#endif
