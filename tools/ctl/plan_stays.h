/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan does not move, and why. */
#ifndef FRSP_CTL_PLAN_STAYS_H
#define FRSP_CTL_PLAN_STAYS_H

#include "ctl/plan_make.h"
#include "move/tier_plan.h"

/* So many ranges are in a plan that stay on the slow tier: those with most
 * gain, which a user would miss first.
 */
#define PLAN_MAX_STAYS 1000

struct plan_stays {
	__u32 *ranges; /* numbers of the policy, rising */
	__u32 n;
	struct tier_plan_stays sums[TIER_UNKNOWN][POLICY_NR_RULES];
};

/* 0 or -ENOMEM. The caller calls plan_stays_free() in any case. */
int plan_stays_find(struct made_plan *plan, struct plan_stays *stays);
void plan_stays_free(struct plan_stays *stays);

#endif
