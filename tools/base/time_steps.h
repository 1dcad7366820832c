/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Round steps for an axis of time. */
#ifndef FRSP_TIME_STEPS_H
#define FRSP_TIME_STEPS_H

/* Example: 3 min with at most 12 steps: 20 s, "s", 1. Labels are then 0 s, 20
 * s, 40 s and so on: each is a time divided by .unit_s.
 */
struct time_step {
	double s;
	const char *unit; /* ms, s, min, h, d */
	double unit_s;
};

/* The shortest round step of which most fit into all_s. */
struct time_step time_step_for(double all_s, unsigned int most);

#endif
