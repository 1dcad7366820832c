/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a move is worth it: pure functions of settings and heat.
 *
 * The worth of a range is a sum over its I/Os, each times 2^(-age/half-life).
 * At a constant rate it is rate * half-life / ln 2. So it says how many I/Os
 * the horizon will bring, if all goes on as it is: the gain of having the range
 * in the fast tier.
 */
#ifndef FRSP_MOVE_POLICY_JUDGE_H
#define FRSP_MOVE_POLICY_JUDGE_H

#include "move/policy.h"

/* What counts of a range. */
struct policy_view {
	double worth; /* now */
	double mib;   /* its length */
};

double policy_gain(const struct policy_settings *settings, double worth);

/* Of a move to that tier, in I/Os. */
double policy_cost(const struct policy_settings *settings, double mib,
		   enum tier_class to);

/*
 * Whether the slow range, one, should move to the fast tier, in the place of
 * the fast range, other; NULL: there is room. POLICY_GAIN or POLICY_SWAP: yes;
 * POLICY_COSTLY, POLICY_NOT_HOTTER or POLICY_CHANCE: no.
 */
enum policy_rule policy_judge(const struct policy_settings *settings,
			      const struct policy_view *one,
			      const struct policy_view *other);

#endif
