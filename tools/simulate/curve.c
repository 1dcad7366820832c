// SPDX-License-Identifier: GPL-2.0-or-later
#include "simulate/curve.h"

#include <math.h>

#define MINUTE_NS 60000000000ULL

static double percent(double part, double all)
{
	return all > 0 ? part / all * 100 : -1;
}

void sim_curve_make(const struct sim_report *report,
		    const struct sim_score *score, struct sim_curve *curve)
{
	__u64 ns = report->end_ns - report->begin_ns;
	__u64 minutes = (ns + MINUTE_NS - 1) / MINUTE_NS;
	__u64 part = (minutes + SIM_CURVE_PARTS - 1) / SIM_CURVE_PARTS;
	double ios[SIM_CURVE_PARTS] = {0}, fast_ios[SIM_CURVE_PARTS] = {0};

	part = part ? part : 1;
	curve->part_s = part * 60.0;
	curve->n = (minutes + part - 1) / part;
	for (size_t i = 0; i < score->n_points; i++) {
		const struct sim_point *point = &score->points[i];
		__u64 at = (point->start_ns - report->begin_ns) / MINUTE_NS;

		ios[at / part] += point->ios;
		fast_ios[at / part] += point->fast_ios;
	}
	for (size_t i = 0; i < curve->n; i++)
		curve->percent[i] = percent(fast_ios[i], ios[i]);
}

double sim_percent(const struct sim_score *score)
{
	return percent(score->fast_ios, score->ios);
}

double sim_late_percent(const struct sim_score *score)
{
	return percent(score->late_fast_ios, score->late_ios);
}

double sim_moved_per_hour(const struct sim_report *report,
			  const struct sim_score *score)
{
	double hours = (report->end_ns - report->begin_ns) / 3.6e12;

	return percent(score->moved_bytes, report->data_bytes) / fmax(hours, 1);
}
