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
