// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A step: what moves now. First what people want (pins), then what the reserve
 * needs, then what is hot now, then what is hot in the long run. Each takes
 * from the same budget, but the last must leave a part of it.
 *
 * Example: the budget has 10 MiB left, of which 5 are held back. A range that
 * is pinned to fast moves, and makes another one leave: 8 are left, 3 of them
 * for all. A swap of two hot ranges takes 2 more. For the next one there is
 * only 1: it waits. One that is urgent could have it, but a swap needs 2.
 */
#include <math.h>

#include "move/policy_state.h"

#define SWEEP_S 3600.0

/* After so many moves that failed, the rest waits for the next step. */
#define MAX_REFUSALS 64

struct step {
	struct policy *policy;
	struct policy_room room;
	/* bytes that may still move by the rate, and of a routine move */
	__u64 allowance, routine;
	bool is_urgent; /* the present move */
	unsigned int refusals;
	policy_move move;
	void *context;
};

/* Moves the range, which then cools, also if the move fails. */
static bool move(struct step *step, __u32 i, enum tier_class to,
		 enum policy_rule rule, __u32 other)
{
	struct policy *policy = step->policy;
	struct policy_range *range = &policy->ranges[i];
	const struct policy_decision decision = {
		.range = i,
		.from = range->tier,
		.to = to,
		.rule = rule,
		.figures = policy_figures(policy, i, to, other),
	};
	bool is_moved = step->move(step->context, &decision);

	policy_unsettle(policy, i);
	range->moved = policy->now;
	if (is_moved) {
		__s64 fast =
			to == TIER_FAST ? range->bytes : -(__s64)range->bytes;

		range->tier = to;
		step->room.fast_free -= fast;
		step->room.slow_free += fast;
		step->allowance -= range->bytes;
		step->routine -= step->routine < range->bytes ? step->routine
							      : range->bytes;
		policy_budget_use(&policy->budget, range->bytes);
	} else {
		step->refusals++;
	}
	policy_settle(policy, i);
	return is_moved;
}

static bool may_move(const struct step *step, __u64 bytes)
{
	__u64 allowed = step->allowance;

	if (!step->is_urgent && step->routine < allowed)
		allowed = step->routine;
	return bytes <= allowed && step->refusals < MAX_REFUSALS;
}

/* Lets the coldest range leave, for range i or for the reserve (i:
 * POLICY_NO_RANGE). Returns rule, or why not.
 */
static enum policy_rule evict(struct step *step, __u32 i, enum policy_rule rule)
{
	struct policy *policy = step->policy;
	__u32 coldest = policy_coldest(policy);
	__u64 bytes = i == POLICY_NO_RANGE ? 0 : policy->ranges[i].bytes;

	if (coldest == POLICY_NO_RANGE)
		return POLICY_NO_ROOM;
	bytes += policy->ranges[coldest].bytes;
	if (step->room.slow_free < policy->ranges[coldest].bytes)
		return POLICY_NO_ROOM;
	if (!may_move(step, bytes))
		return POLICY_BUDGET;
	move(step, coldest, TIER_SLOW, rule, i);
	return rule;
}

/* Makes room for range i. by_pin: whatever has to leave. Returns POLICY_SWAP,
 * or why not; *other: the last one that left, or stands in the way.
 */
static enum policy_rule make_room(struct step *step, __u32 i, bool by_pin,
				  __u32 *other)
{
	struct policy *policy = step->policy;
	enum policy_rule rule;

	while (policy_fast_room(policy, &step->room) <
	       policy->ranges[i].bytes) {
		struct policy_view one = policy_view(policy, i), view;

		*other = policy_coldest(policy);
		if (*other == POLICY_NO_RANGE)
			return POLICY_NO_ROOM;
		view = policy_view(policy, *other);
		rule = policy_judge(&policy->settings, &one, &view);
		if (!by_pin && rule != POLICY_SWAP)
			return rule;
		rule = evict(step, i, POLICY_MAKE_ROOM);
		if (rule != POLICY_MAKE_ROOM)
			return rule;
	}
	return POLICY_SWAP;
}

/* Returns the rule by which it moved, or why not. */
static enum policy_rule promote(struct step *step, __u32 i, bool by_pin)
{
	struct policy *policy = step->policy;
	struct policy_view one = policy_view(policy, i);
	enum policy_rule rule = policy_judge(&policy->settings, &one, NULL);
	__u32 other = POLICY_NO_RANGE;

	if (!by_pin && rule != POLICY_GAIN)
		return rule;
	rule = make_room(step, i, by_pin, &other);
	if (rule != POLICY_SWAP)
		return rule;
	if (!may_move(step, policy->ranges[i].bytes))
		return POLICY_BUDGET;
	rule = by_pin			  ? POLICY_BY_PIN
	       : other == POLICY_NO_RANGE ? POLICY_GAIN
					  : POLICY_SWAP;
	move(step, i, TIER_FAST, rule, other);
	return rule;
}

static enum policy_rule demote_by_pin(struct step *step, __u32 i)
{
	__u32 bytes = step->policy->ranges[i].bytes;

	if (step->room.slow_free < bytes)
		return POLICY_SLOW_FULL;
	if (!may_move(step, bytes))
		return POLICY_BUDGET;
	move(step, i, TIER_SLOW, POLICY_BY_PIN, POLICY_NO_RANGE);
	return POLICY_BY_PIN;
}

/* Those that find no room or budget stay in the queue. */
static void obey_pins(struct step *step)
{
	struct policy *policy = step->policy;
	struct policy_queue *queue = &policy->misplaced;
	__u32 last = queue->tail, i = POLICY_NO_RANGE;
	enum policy_rule rule = POLICY_BY_PIN;

	while (queue->head != POLICY_NO_RANGE && i != last &&
	       rule != POLICY_BUDGET) {
		i = policy_dequeue(policy, queue);
		if (policy_is_misplaced(&policy->ranges[i]) &&
		    !policy_is_cooling(policy, &policy->ranges[i]))
			rule = policy->ranges[i].pin == POLICY_PIN_FAST
				       ? promote(step, i, true)
				       : demote_by_pin(step, i);
		if (policy->ranges[i].where == POLICY_IDLE)
			policy_settle(policy, i);
	}
}

static void keep_reserve(struct step *step)
{
	struct policy *policy = step->policy;
	__u64 reserve = policy_amount_of(policy->settings.reserve,
					 step->room.fast_bytes);

	while (step->room.fast_free < reserve &&
	       evict(step, POLICY_NO_RANGE, POLICY_RESERVE) == POLICY_RESERVE)
		;
}

/* The hottest of the heap first. One that does not pass leaves the heap until
 * it sees I/O, or the sweep comes.
 */
static void promote_hot(struct step *step, struct policy_heap *heap)
{
	struct policy *policy = step->policy;

	while (heap->n) {
		__u32 i = heap->entries[0].range;
		enum policy_rule rule = promote(step, i, false);

		if (rule == POLICY_BUDGET)
			return;
		if (rule != POLICY_GAIN && rule != POLICY_SWAP)
			policy_unsettle(policy, i);
	}
}

/* What is not hot now any more has no hurry. */
static void calm_down(struct policy *policy)
{
	while (policy->urgent.n) {
		__u32 i = policy->urgent.entries[0].range;

		if (policy_is_urgent(policy, &policy->ranges[i]))
			return;
		policy_unsettle(policy, i);
		policy_settle(policy, i);
	}
}

static void end_cooldowns(struct policy *policy)
{
	struct policy_queue *queue = &policy->cooling;

	while (queue->head != POLICY_NO_RANGE &&
	       !policy_is_cooling(policy, &policy->ranges[queue->head]))
		policy_settle(policy, policy_dequeue(policy, queue));
}

static void sweep(struct policy *policy, double seconds)
{
	double n = ceil(policy->n * fmin(seconds / SWEEP_S, 1));

	for (; n > 0; n--) {
		if (policy->swept >= policy->n)
			policy->swept = 0;
		if (policy->ranges[policy->swept].where == POLICY_IDLE)
			policy_settle(policy, policy->swept);
		policy->swept++;
	}
}

/* Bytes that the budget and the rate allow. A move reads and writes its bytes.
 * What a step could not use, because it is less than a range, is left to the
 * next ones.
 */
static __u64 allowance(struct policy *policy, const struct policy_room *room,
		       double seconds)
{
	__u64 left = policy_budget_left(policy, room, true);

	if (!policy->settings.rate)
		return left;
	policy->tokens = fmin(policy->tokens, 2 * POLICY_RANGE_BYTES) +
			 policy->settings.rate / 2 * seconds;
	return fmin(left, policy->tokens);
}

void policy_step(struct policy *policy, __u64 now_ns,
		 const struct policy_room *room, policy_move move_range,
		 void *context)
{
	struct step step = {
		.policy = policy,
		.room = *room,
		.move = move_range,
		.context = context,
	};
	double seconds;
	__u64 allowed;
	__u32 coldest;

	policy_at(policy, now_ns);
	seconds = policy->last_step ? (policy->now - policy->last_step) /
					      (double)POLICY_TICKS_PER_S
				    : 1;
	policy->last_step = policy->now;
	step.allowance = allowed = allowance(policy, room, seconds);
	step.routine = policy_budget_left(policy, room, false);
	end_cooldowns(policy);
	sweep(policy, seconds);
	step.is_urgent = true;
	obey_pins(&step);
	keep_reserve(&step);
	calm_down(policy);
	promote_hot(&step, &policy->urgent);
	step.is_urgent = false;
	promote_hot(&step, &policy->candidates);
	policy->tokens -= allowed - step.allowance;
	coldest = policy_coldest(policy);
	policy->coldest = (struct policy_view){0};
	if (coldest != POLICY_NO_RANGE)
		policy->coldest = policy_view(policy, coldest);
	policy->is_full =
		policy_fast_room(policy, &step.room) < POLICY_RANGE_BYTES;
}
