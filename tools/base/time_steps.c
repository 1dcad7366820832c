// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/time_steps.h"

#define MINUTE 60.0
#define HOUR   3600.0
#define DAY    86400.0

struct time_step time_step_for(double all_s, unsigned int most)
{
	static const struct time_step steps[] = {
		{0.1, "ms", 0.001},
		{0.2, "ms", 0.001},
		{0.5, "ms", 0.001},
		{1, "s", 1},
		{2, "s", 1},
		{5, "s", 1},
		{10, "s", 1},
		{20, "s", 1},
		{30, "s", 1},
		{MINUTE, "min", MINUTE},
		{2 * MINUTE, "min", MINUTE},
		{5 * MINUTE, "min", MINUTE},
		{10 * MINUTE, "min", MINUTE},
		{20 * MINUTE, "min", MINUTE},
		{30 * MINUTE, "min", MINUTE},
		{HOUR, "h", HOUR},
		{2 * HOUR, "h", HOUR},
		{4 * HOUR, "h", HOUR},
		{6 * HOUR, "h", HOUR},
		{12 * HOUR, "h", HOUR},
		{DAY, "d", DAY},
		{2 * DAY, "d", DAY},
		{7 * DAY, "d", DAY},
	};
	const unsigned int n = sizeof(steps) / sizeof(steps[0]);
	struct time_step step;
	unsigned int i = 0;

	while (i < n - 1 && all_s / steps[i].s > most)
		i++;
	step = steps[i];
	while (all_s / step.s > most)
		step.s *= 2;
	return step;
}
