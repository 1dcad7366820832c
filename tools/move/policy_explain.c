// SPDX-License-Identifier: GPL-2.0-or-later
/* What the next step would do with one range, by the rules of policy.c. */
#include <math.h>

#include "move/policy_state.h"

struct policy_figures policy_figures(const struct policy *policy, __u32 i,
				     enum tier_class to, __u32 other)
{
	const struct policy_settings *settings = &policy->settings;
	const struct policy_range *range = &policy->ranges[i];
	struct policy_view view = policy_view(policy, i), partner;
	double per_hour = policy_decay(policy, policy->now - range->touched) *
			  M_LN2 / settings->half_life_s * 3600;
	struct policy_figures figures = {
		.reads_per_hour = range->reads * per_hour,
		.writes_per_hour = range->writes * per_hour,
		.gain = policy_gain(settings, view.worth),
		.cost = policy_cost(settings, view.mib, to),
		.other = other,
	};

	if (policy_is_cooling(policy, range))
		figures.wait_s = (double)(range->moved + policy->cooldown -
					  policy->now) /
				 POLICY_TICKS_PER_S;
	if (other == POLICY_NO_RANGE)
		return figures;
	partner = policy_view(policy, other);
	figures.other_gain = policy_gain(settings, partner.worth);
	figures.cost += policy_cost(settings, partner.mib,
				    to == TIER_FAST ? TIER_SLOW : TIER_FAST);
	return figures;
}

/* The rule for a slow range that the policy, or a pin, could move to fast.
 * *other: the range whose place it would take.
 */
static enum policy_rule rule_of_slow(struct policy *policy, __u32 i,
				     const struct policy_room *room,
				     __u32 *other)
{
	const struct policy_range *range = &policy->ranges[i];
	bool by_pin = range->pin == POLICY_PIN_FAST;
	struct policy_view one = policy_view(policy, i), view;
	enum policy_rule rule = policy_judge(&policy->settings, &one, NULL);
	__u64 bytes = range->bytes;

	if (!by_pin && rule != POLICY_GAIN)
		return rule;
	if (policy_fast_room(policy, room) < range->bytes) {
		*other = policy_coldest(policy);
		if (*other == POLICY_NO_RANGE ||
		    room->slow_free < policy->ranges[*other].bytes)
			return POLICY_NO_ROOM;
		view = policy_view(policy, *other);
		rule = policy_judge(&policy->settings, &one, &view);
		if (!by_pin && rule != POLICY_SWAP)
			return rule;
		bytes += policy->ranges[*other].bytes;
	}
	if (policy_budget_left(policy, room,
			       by_pin || policy_is_urgent(policy, range)) <
	    bytes)
		return POLICY_BUDGET;
	return by_pin ? POLICY_BY_PIN : rule;
}

/* The rule for a fast range that may leave. *other: the one that takes its
 * place, or would first.
 */
static enum policy_rule rule_of_fast(struct policy *policy, __u32 i,
				     const struct policy_room *room,
				     __u32 *other)
{
	const struct policy_range *range = &policy->ranges[i];
	bool by_pin = range->pin == POLICY_PIN_SLOW;
	bool is_first = policy_coldest(policy) == i;
	enum policy_rule rule = POLICY_IN_PLACE;

	if (by_pin)
		rule = POLICY_BY_PIN;
	else if (is_first &&
		 room->fast_free < policy_amount_of(policy->settings.reserve,
						    room->fast_bytes))
		rule = POLICY_RESERVE;
	else if (is_first && policy_hottest(policy) != POLICY_NO_RANGE) {
		*other = policy_hottest(policy);
		rule = rule_of_slow(policy, *other, room, &(__u32){0});
		rule = rule == POLICY_SWAP ? POLICY_MAKE_ROOM : POLICY_IN_PLACE;
	}
	if (rule == POLICY_IN_PLACE || rule == POLICY_MAKE_ROOM)
		return rule;
	if (room->slow_free < range->bytes)
		return POLICY_SLOW_FULL;
	return policy_budget_left(policy, room, true) < range->bytes
		       ? POLICY_BUDGET
		       : rule;
}

struct policy_decision policy_explain(struct policy *policy, __u32 i,
				      __u64 now_ns,
				      const struct policy_room *room)
{
	const struct policy_range *range = &policy->ranges[i];
	bool is_fast = range->tier == TIER_FAST;
	__u32 other = POLICY_NO_RANGE;
	struct policy_decision decision = {
		.range = i, .from = range->tier, .to = range->tier};

	policy_at(policy, now_ns);
	if (range->pin == POLICY_PIN_NONE)
		decision.rule = POLICY_EXCLUDED;
	else if (range->pin == (is_fast ? POLICY_PIN_FAST : POLICY_PIN_SLOW))
		decision.rule = POLICY_PINNED;
	else if (policy_is_cooling(policy, range))
		decision.rule = POLICY_COOLDOWN;
	else if (is_fast)
		decision.rule = rule_of_fast(policy, i, room, &other);
	else
		decision.rule = rule_of_slow(policy, i, room, &other);
	if (decision.rule <= POLICY_BY_PIN)
		decision.to = is_fast ? TIER_SLOW : TIER_FAST;
	decision.figures = policy_figures(
		policy, i, is_fast ? TIER_SLOW : TIER_FAST, other);
	return decision;
}
