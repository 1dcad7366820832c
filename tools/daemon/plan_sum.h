/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan (move/tier_plan.h) comes to. */
#ifndef FRSP_DAEMON_PLAN_SUM_H
#define FRSP_DAEMON_PLAN_SUM_H

#include "move/policy.h"

struct plan_sum {
	__u64 n; /* ranges that move */
	__u64 to_fast, to_slow;
	__u64 fast_used; /* bytes of the fast tier, before */
	/* I/Os of the slow tier in the horizon: those that it saves, less those
	 * of what leaves the fast tier; and what the moves cost
	 */
	double saves, cost;
	double horizon_h;
	enum policy_rule rule; /* that moves the most bytes */
};

/* 0; -EINVAL: it is none; or another -errno. */
int plan_sum_read(const char *path, struct plan_sum *sum);

#endif
