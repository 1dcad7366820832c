// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/plan_sum.h"

#include <errno.h>
#include <stdio.h>

#include "move/policy_judge.h"
#include "move/tier_plan.h"

#define MIB 1048576.0

static void add(const struct tier_plan *plan, const struct tier_plan_move *move,
		__u64 by_rule[POLICY_NR_RULES], struct plan_sum *sum)
{
	__u64 bytes = file_extents_bytes(&move->extents);

	sum->n++;
	by_rule[move->rule] += bytes;
	sum->cost += policy_cost(&plan->settings, bytes / MIB, move->to);
	if (move->to == TIER_FAST) {
		sum->to_fast += bytes;
		sum->saves += move->figures.gain;
	} else {
		sum->to_slow += bytes;
		sum->saves -= move->figures.gain;
	}
}

static void add_up(const struct tier_plan *plan, struct plan_sum *sum)
{
	__u64 by_rule[POLICY_NR_RULES] = {0};

	*sum = (struct plan_sum){
		.fast_used = plan->room.fast_bytes - plan->room.fast_free,
		.horizon_h = plan->settings.horizon_s / 3600,
	};
	for (size_t i = 0; i < plan->n; i++)
		for (size_t j = 0; j < plan->files[i].n; j++)
			if (tier_plan_moves(&plan->files[i].moves[j]))
				add(plan, &plan->files[i].moves[j], by_rule,
				    sum);
	for (int i = 0; i < POLICY_NR_RULES; i++)
		if (by_rule[i] > by_rule[sum->rule])
			sum->rule = i;
}

int plan_sum_read(const char *path, struct plan_sum *sum)
{
	FILE *in = fopen(path, "re");
	struct tier_plan plan = {0};
	struct ini_error error;
	int err;

	if (!in)
		return -errno;
	err = tier_plan_read(in, &plan, &error);
	fclose(in);
	if (!err)
		add_up(&plan, sum);
	tier_plan_free(&plan);
	return err;
}
