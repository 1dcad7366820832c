/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms in powers of two, as bpf/log2_hist.h fills them. */
#ifndef FRSP_HIST_H
#define FRSP_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/types.h>

#include "bpf/log2_hist.h"

__u64 hist_total(const __u64 *buckets, size_t n);

/* How much a counter grew between two readings. If it began anew in between,
 * all of the later reading.
 */
static inline __u64 hist_since(__u64 later, __u64 earlier)
{
	return later >= earlier ? later - earlier : later;
}

/*
 * The value below which percent of all counted values are; 0 < percent <= 100.
 * It is interpolated within a bucket, so it is no more exact than the bucket.
 * 0: nothing was counted.
 */
double hist_percentile(const __u64 *buckets, size_t n, double percent);

enum hist_unit {
	HIST_NS,    /* shown as ns, us, ms, s */
	HIST_COUNT, /* plain numbers */
};

/* Prints one line for each bucket, from the first to the last non-empty one,
 * with a bar of at most width characters. Prints nothing if all are empty.
 */
void hist_print(FILE *out, const char *title, const __u64 *buckets, size_t n,
		enum hist_unit unit, int width);

/* "850ns", "1.5us", "12ms". buf has FMT_LEN bytes. */
const char *hist_fmt_ns(char *buf, double ns);

#endif
