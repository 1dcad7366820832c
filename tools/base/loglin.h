/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Percentiles of the histograms that bpf/loglin_hist.h describes. */
#ifndef FRSP_LOGLIN_H
#define FRSP_LOGLIN_H

#include <linux/types.h>

#include "bpf/loglin_hist.h"

/* The value that percent of all counted values do not exceed; 0 < percent <=
 * 100. It is interpolated within a bucket, so it is wrong by at most 1/16,
 * from 2^10 ns to 2^36 ns. Above, it is 2^36. -1: nothing was counted.
 */
double loglin_percentile(const __u64 buckets[LOGLIN_BUCKETS], double percent);

#endif
