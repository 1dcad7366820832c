/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Histograms of times with a relative error of at most 1/16: each power of two
 * is divided into 16 buckets of the same width. Bucket 0 counts all values
 * below 2^10 ns, the last bucket all from 2^36 ns (69 s) on. Example: 1600 is
 * in the buckets from 1024 to 2047, which are 64 wide, and there in the tenth,
 * from 1600 to 1663.
 *
 * Includers provide __u32 and __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_LOGLIN_HIST_H
#define FRSP_LOGLIN_HIST_H

#include "log2_hist.h"

#define LOGLIN_BITS    4 /* 2^4 buckets for each power of two */
#define LOGLIN_FIRST   10
#define LOGLIN_LAST    36
#define LOGLIN_BUCKETS (((LOGLIN_LAST - LOGLIN_FIRST) << LOGLIN_BITS) + 2)

static inline __u32 loglin_bucket(__u64 value)
{
	__u32 log2;

	if (value >> LOGLIN_FIRST == 0)
		return 0;
	if (value >> LOGLIN_LAST)
		return LOGLIN_BUCKETS - 1;
	log2 = log2_of(value);
	return 1 + ((log2 - LOGLIN_FIRST) << LOGLIN_BITS) +
	       (value >> (log2 - LOGLIN_BITS) & ((1 << LOGLIN_BITS) - 1));
}

/* The lowest value of a bucket. */
static inline __u64 loglin_from(__u32 bucket)
{
	__u32 power = (bucket - 1) >> LOGLIN_BITS;
	__u64 part = (bucket - 1) & ((1 << LOGLIN_BITS) - 1);

	if (!bucket)
		return 0;
	return ((1ULL << LOGLIN_BITS) + part)
	       << (power + LOGLIN_FIRST - LOGLIN_BITS);
}

#endif
