// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/loglin.h"

#include "base/hist.h"

double loglin_percentile(const __u64 buckets[LOGLIN_BUCKETS], double percent)
{
	double rank = hist_total(buckets, LOGLIN_BUCKETS) * percent / 100;
	double below = 0;

	if (rank <= 0)
		return -1;
	for (__u32 i = 0; i < LOGLIN_BUCKETS - 1; i++) {
		double from = loglin_from(i), to = loglin_from(i + 1);

		if (buckets[i] && below + buckets[i] >= rank)
			return from + (to - from) * (rank - below) / buckets[i];
		below += buckets[i];
	}
	return loglin_from(LOGLIN_BUCKETS - 1);
}
