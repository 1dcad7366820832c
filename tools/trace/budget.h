/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the intervals of a recording may be, so that it does not take more
 * than a number of bytes a day: they double when what was written last would
 * exceed that, and halve again when that would hardly exceed it. Twice as long
 * ones take half of it at least, so of eight times as much as there may be
 * three doublings are needed, which come at once.
 *
 * Example: 50 MB a day, intervals of 10 s. In the last minute 60 kB were
 * written, or 86 MB a day: intervals become 20 s. Ranges that are hot in both
 * halves of one now cost half of it, so a minute takes 45 kB: 40 s. Then 33 kB
 * a minute are 47 MB a day, and it stays. When the load falls and a minute
 * takes 15 kB, 21 MB a day, intervals of 20 s can take 43 at most: they return.
 */
#ifndef FRSP_TRACE_BUDGET_H
#define FRSP_TRACE_BUDGET_H

#include <linux/types.h>

#define TRACE_MAX_INTERVAL_S 640.0 /* ten seconds, doubled six times */

struct trace_budget {
	__u64 bytes_per_day;
	double least_s;	   /* the interval that is wanted */
	double interval_s; /* the interval now */
	__u32 n_notes;
};

/* bytes were written for the last seconds, which is more than 0. Sets
 * .interval_s, but not the first time, as the lists of what is in use are in
 * that; it is never less than .least_s, and beyond TRACE_MAX_INTERVAL_S
 * only if that is. Returns the bytes a day that they come to.
 */
double trace_budget_note(struct trace_budget *budget, __u64 bytes,
			 double seconds);

#endif
