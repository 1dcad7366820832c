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

/* What a counter grew by between two readings; all of the later one where it
 * began anew in between.
 */
static inline __u64 hist_since(__u64 later, __u64 earlier)
{
	return later >= earlier ? later - earlier : later;
}

/*
 * Below which value percent of all are, 0 < percent <= 100: linear within the
 * bucket, so not more exact than that. 0: nothing was counted.
 */
double hist_percentile(const __u64 *buckets, size_t n, double percent);

enum hist_unit {
	HIST_NS,    /* shown as ns, us, ms, s */
	HIST_COUNT, /* plain numbers */
};

/* A line per bucket from the first to the last that has something, with a bar
 * of at most width characters; nothing if there is none.
 */
void hist_print(FILE *out, const char *title, const __u64 *buckets, size_t n,
		enum hist_unit unit, int width);

/* "850ns", "1.5us", "12ms". buf: of FMT_LEN. */
const char *hist_fmt_ns(char *buf, double ns);

#endif
