/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Histograms in powers of two. Bucket 0 counts the values 0 and 1, bucket i
 * those from 2^i to below 2^(i+1), the last one also all above. Example: 5 goes
 * to bucket 2, which has 4 to 7.
 *
 * Includers provide __u32 and __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_LOG2_HIST_H
#define FRSP_LOG2_HIST_H

#define LOG2_NS_BUCKETS	 40 /* for ns: up to 18 minutes */
#define LOG2_LEN_BUCKETS 20 /* for blocks or clusters; an extent has <= 2^15 */

/* By bisection, as BPF has no instruction for it. */
static inline __u32 log2_of(__u64 value)
{
	__u32 log2 = 0;

	for (__u32 shift = 32; shift; shift /= 2)
		if (value >> shift) {
			value >>= shift;
			log2 += shift;
		}
	return log2;
}

static inline __u32 log2_bucket(__u64 value, __u32 n_buckets)
{
	__u32 bucket = log2_of(value);

	return bucket < n_buckets ? bucket : n_buckets - 1;
}

#endif
