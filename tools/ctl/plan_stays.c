// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/plan_stays.h"

#include <errno.h>
#include <stdlib.h>

struct slow_range {
	double gain;
	__u32 range;
};

/* The one with most gain first. */
static int compare_gains(const void *a, const void *b)
{
	const struct slow_range *one = a, *other = b;

	if (one->gain != other->gain)
		return one->gain > other->gain ? -1 : 1;
	return one->range < other->range ? -1 : 1;
}

static int compare_numbers(const void *a, const void *b)
{
	const __u32 *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static void add_to_sum(struct plan_stays *stays,
		       const struct policy_decision *decision, __u64 bytes)
{
	struct tier_plan_stays *sum =
		&stays->sums[decision->from][decision->rule];

	sum->tier = decision->from;
	sum->rule = decision->rule;
	sum->n++;
	sum->bytes += bytes;
}

int plan_stays_find(struct made_plan *plan, struct plan_stays *stays)
{
	__u32 n_ranges = plan->files.n_ranges, n_slow = 0;
	struct slow_range *slow = calloc(n_ranges + 1UL, sizeof(*slow));

	*stays = (struct plan_stays){
		.ranges = calloc(PLAN_MAX_STAYS, sizeof(*stays->ranges))};
	if (!slow || !stays->ranges) {
		free(slow);
		return -ENOMEM;
	}
	for (__u32 i = 0; i < n_ranges; i++) {
		struct policy_decision decision;

		if (made_plan_find(plan, i))
			continue;
		decision = made_plan_decision(plan, i);
		add_to_sum(stays, &decision, plan->files.ranges[i].bytes);
		if (decision.from == TIER_SLOW)
			slow[n_slow++] =
				(struct slow_range){decision.figures.gain, i};
	}
	if (n_slow)
		qsort(slow, n_slow, sizeof(*slow), compare_gains);
	while (stays->n < n_slow && stays->n < PLAN_MAX_STAYS) {
		stays->ranges[stays->n] = slow[stays->n].range;
		stays->n++;
	}
	free(slow);
	if (stays->n)
		qsort(stays->ranges, stays->n, sizeof(*stays->ranges),
		      compare_numbers);
	return 0;
}

void plan_stays_free(struct plan_stays *stays)
{
	free(stays->ranges);
}
