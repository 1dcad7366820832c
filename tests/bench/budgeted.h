/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Perfect knowledge within a budget: who knows the I/O of the next hour, as
 * tools/simulate/perfect.h, but moves no more ranges per hour than the policy
 * may. It begins with an empty fast tier. At the begin of each hour it moves
 * the ranges that will see most of it to where there is room, and then swaps:
 * the one that will see least for the one that will see most, as long as that
 * gains anything. It does not look beyond the hour, so somebody who does may be
 * better.
 *
 * Example: a budget of 5 moves, room for 1 more. It fills the room (1), and
 * swaps two pairs (4).
 */
#ifndef FRSP_BENCH_BUDGETED_H
#define FRSP_BENCH_BUDGETED_H

#include "synthetic.h"

#define BUDGETED_HOUR_S 3600

struct budgeted {
	uint32_t n_ranges, n_fast;
	uint64_t budget;  /* moves per hour */
	uint32_t *counts; /* I/Os of this hour, by range */
	uint8_t *is_fast;
	uint64_t *order; /* count and range, to be sorted */
};

static inline int budgeted_compare(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Lists the ranges that are fast, or that are not, the least count first. */
static inline uint32_t budgeted_list(struct budgeted *budgeted, bool fast,
				     uint64_t *order)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < budgeted->n_ranges; i++)
		if (budgeted->is_fast[i] == fast)
			order[n++] = (uint64_t)budgeted->counts[i] << 32 | i;
	qsort(order, n, sizeof(*order), budgeted_compare);
	return n;
}

/* Moves for the hour that counts are of. */
static inline void budgeted_move(struct budgeted *budgeted)
{
	uint64_t left = budgeted->budget;
	uint64_t *in = budgeted->order;
	uint32_t n_in = budgeted_list(budgeted, true, in), next_in = 0;
	uint64_t *out = in + n_in;
	uint32_t n_out = budgeted_list(budgeted, false, out);

	while (left && n_out && n_in < budgeted->n_fast) {
		budgeted->is_fast[(uint32_t)out[--n_out]] = 1;
		n_in++;
		left--;
	}
	for (; left >= 2 && n_out && next_in < out - in; left -= 2) {
		uint64_t least = in[next_in++], most = out[--n_out];

		if (most >> 32 <= least >> 32)
			return;
		budgeted->is_fast[(uint32_t)least] = 0;
		budgeted->is_fast[(uint32_t)most] = 1;
	}
}

/* Ends an hour: adds its I/Os, and those of the fast tier. */
static inline void budgeted_end_hour(struct budgeted *budgeted, uint64_t *ios,
				     uint64_t *fast_ios)
{
	budgeted_move(budgeted);
	for (uint32_t i = 0; i < budgeted->n_ranges; i++) {
		*ios += budgeted->counts[i];
		if (budgeted->is_fast[i])
			*fast_ios += budgeted->counts[i];
		budgeted->counts[i] = 0;
	}
}

/* Its share of the I/Os of the last quarter of the time. */
static inline double budgeted_play(struct synthetic *synthetic, uint32_t n_fast,
				   uint64_t budget)
{
	struct budgeted budgeted = {
		.n_ranges = synthetic->n_ranges,
		.n_fast = n_fast,
		.budget = budget,
	};
	uint64_t ios = 0, fast_ios = 0, early = 0, in_hour = 0;
	uint64_t per_hour = BUDGETED_HOUR_S / synthetic->interval_s;
	double late_s = synthetic->hours * 3600 * 3 / 4;
	struct trace_frame frame;

	budgeted.counts = synthetic_alloc(synthetic->n_ranges, 4);
	budgeted.is_fast = synthetic_alloc(synthetic->n_ranges, 1);
	budgeted.order = synthetic_alloc(synthetic->n_ranges, 8);
	while (synthetic_next(synthetic, &frame) > 0) {
		for (size_t i = 0; i < frame.n; i++) {
			const struct trace_access *access = &frame.accesses[i];
			uint32_t range = synthetic_range(synthetic, access);

			budgeted.counts[range] +=
				access->reads + access->writes;
		}
		if (++in_hour < per_hour)
			continue;
		in_hour = 0;
		if (frame.end_ns <= late_s * 1e9)
			budgeted_end_hour(&budgeted, &early, &early);
		else
			budgeted_end_hour(&budgeted, &ios, &fast_ios);
	}
	free(budgeted.counts);
	free(budgeted.is_fast);
	free(budgeted.order);
	return ios ? (double)fast_ios / ios : 0;
}

#endif
