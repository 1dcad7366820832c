/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the I/O of a range was, by what the table of heat knows of it: how much
 * there was since tracking began, and how warm the range is now. The answer is
 * an age: so long ago it began, if it came evenly since. Example, with a
 * half-life of 300 s and 100 reads of 4 KiB, each of which adds 1.03:
 *
 *   temperature 103   all of it was just now: age 0
 *   temperature  50   it began 10 min ago
 *   temperature 1.0   it began 12 h ago
 *
 * What came in a burst long ago looks like little I/O all the time: the
 * temperature does not tell the two apart, and this one promises less.
 */
#ifndef FRSP_HEAT_PAST_H
#define FRSP_HEAT_PAST_H

#include <stddef.h>
#include <linux/types.h>

/* No age is higher. */
#define HEAT_PAST_MAX_S (30 * 86400.0)

/* In seconds. */
double heat_past_age(__u64 ios, __u64 bytes, double temperature,
		     double half_life_s);

/* Of n I/Os that came evenly in the last age_s: how many came before the last
 * from_s. Rounded, so that differences of two add up.
 */
__u64 heat_past_before(__u64 n, double age_s, double from_s);

/* The past, in slices that become shorter towards now, so that half-lives of
 * any length apply. The first one is the oldest.
 */
#define HEAT_PAST_SLICES 12
struct heat_past_slice {
	double from_s, to_s; /* before now */
};
struct heat_past_slice heat_past_slice(size_t i);

/* Of n I/Os as above, how many came in the slice. */
__u64 heat_past_in(__u64 n, double age_s, const struct heat_past_slice *slice);

#endif
