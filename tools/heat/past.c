// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * I/O that adds s in sum, evenly in the last A seconds, is at the temperature
 *
 *     s * (1 - e^-x) / x,   x = A ln 2 / half-life
 *
 * as each moment of it has decayed since. That falls with x, from s to 0, so
 * halving an interval finds x.
 */
#include "heat/past.h"

#include <math.h>

#include "bpf/heat.h"

double heat_past_age(__u64 ios, __u64 bytes, double temperature,
		     double half_life_s)
{
	double sum = ios + (double)bytes / (1 << HEAT_OP_BYTES_SHIFT);
	double low = 0, high = HEAT_PAST_MAX_S * M_LN2 / half_life_s;

	if (temperature >= sum)
		return 0;
	for (int i = 0; i < 60; i++) {
		double x = (low + high) / 2;

		if (sum * -expm1(-x) / x > temperature)
			low = x;
		else
			high = x;
	}
	return low * half_life_s / M_LN2;
}

__u64 heat_past_before(__u64 n, double age_s, double from_s)
{
	if (from_s <= 0)
		return n;
	if (age_s <= from_s)
		return 0;
	return llround(n * ((age_s - from_s) / age_s));
}

struct heat_past_slice heat_past_slice(size_t i)
{
	/* where each begins, and the last one ends */
	static const double begins_s[HEAT_PAST_SLICES + 1] = {
		HEAT_PAST_MAX_S, 864000, 345600, 172800, 86400, 43200, 21600,
		10800,		 3600,	 900,	 300,	 60,	0};

	return (struct heat_past_slice){begins_s[i], begins_s[i + 1]};
}

__u64 heat_past_in(__u64 n, double age_s, const struct heat_past_slice *slice)
{
	return heat_past_before(n, age_s, slice->to_s) -
	       heat_past_before(n, age_s, slice->from_s);
}
