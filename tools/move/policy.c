// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A step must not look at all ranges: there may be millions, and few of them
 * saw I/O. Three facts make that possible.
 *
 * 1. Without I/O the worth of all ranges falls by the same factor, so their
 *    order stays. With the worth w at the time t, log2(w) + t / half-life is a
 *    number that does not change until the next I/O: the key. Example, with a
 *    half-life of 1 h: a worth of 8 at 0:00 has the key 3. At 2:00 the worth is
 *    2, and the key 1 + 2 = 3.
 * 2. I/O only raises a key. So in the heap of the fast ranges keys may be old:
 *    when one comes to the top, its key is computed again, and it sinks if it
 *    was too low. What is then on top is the coldest. A slow range is in the
 *    other heap only if it is hot enough to move; that is tested when it sees
 *    I/O.
 * 3. The cooldown is the same for all, so those that cool down are a queue.
 *
 * What was passed over because something else was in the way is found again by
 * a sweep, which looks at each range once an hour.
 *
 * A range is in one place at a time: see enum policy_where.
 */
#include "move/policy.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "move/policy_state.h"

#define MIB 1048576.0

#define SWEEP_S 3600.0

/* After so many moves that failed, the rest waits for the next step. */
#define MAX_REFUSALS 64

struct policy *policy_new(const struct policy_settings *settings)
{
	struct policy *policy = calloc(1, sizeof(*policy));

	if (!policy)
		return NULL;
	policy->settings = *settings;
	policy->decay_rate = 1 / (settings->half_life_s * POLICY_TICKS_PER_S);
	policy->cooldown = settings->cooldown_s * POLICY_TICKS_PER_S;
	policy->cooling.head = policy->misplaced.head = POLICY_NO_RANGE;
	return policy;
}

void policy_free(struct policy *policy)
{
	if (!policy)
		return;
	policy_heap_free(&policy->candidates);
	policy_heap_free(&policy->urgent);
	policy_heap_free(&policy->victims);
	free(policy->ranges);
	free(policy);
}

void policy_at(struct policy *policy, __u64 now_ns)
{
	const __u64 tick_ns = 1000000000 / POLICY_TICKS_PER_S;

	if (!policy->now)
		policy->origin_ns = now_ns;
	policy->now = 1 + (now_ns - policy->origin_ns) / tick_ns;
	policy_budget_at(&policy->budget,
			 policy->now / (60 * POLICY_TICKS_PER_S));
}

double policy_decay(const struct policy *policy, __u32 ticks)
{
	return exp2f(-(float)(ticks * policy->decay_rate));
}

static float recent_decay(__u32 ticks)
{
	return exp2f(-(float)ticks / (POLICY_RECENT_S * POLICY_TICKS_PER_S));
}

double policy_worth_now(const struct policy *policy,
			const struct policy_range *range)
{
	return range->worth *
	       policy_decay(policy, policy->now - range->touched);
}

struct policy_view policy_view(const struct policy *policy, __u32 i)
{
	const struct policy_range *range = &policy->ranges[i];

	return (struct policy_view){policy_worth_now(policy, range),
				    range->bytes / MIB};
}

static double key(const struct policy *policy, const struct policy_range *range)
{
	if (!(range->worth > 0))
		return -INFINITY;
	return log2(range->worth / (range->bytes / MIB)) +
	       range->touched * policy->decay_rate;
}

bool policy_is_urgent(const struct policy *policy,
		      const struct policy_range *range)
{
	const struct policy_settings *settings = &policy->settings;
	__u32 ticks = policy->now - range->touched;
	double mib = range->bytes / MIB;
	double cost = policy_cost(settings, mib, TIER_FAST);

	if (policy->is_full)
		cost += policy_cost(settings, mib, TIER_SLOW);
	return range->recent * recent_decay(ticks) >= cost;
}

bool policy_is_cooling(const struct policy *policy,
		       const struct policy_range *range)
{
	return range->moved && policy->now - range->moved < policy->cooldown;
}

static bool is_misplaced(const struct policy_range *range)
{
	return (range->pin == POLICY_PIN_FAST && range->tier != TIER_FAST) ||
	       (range->pin == POLICY_PIN_SLOW && range->tier != TIER_SLOW);
}

static void enqueue(struct policy *policy, struct policy_queue *queue, __u32 i)
{
	policy->ranges[i].next = POLICY_NO_RANGE;
	if (queue->head == POLICY_NO_RANGE)
		queue->head = i;
	else
		policy->ranges[queue->tail].next = i;
	queue->tail = i;
}

static __u32 dequeue(struct policy *policy, struct policy_queue *queue)
{
	__u32 i = queue->head;

	queue->head = policy->ranges[i].next;
	policy->ranges[i].where = POLICY_IDLE;
	return i;
}

/* Whether it would pass, by what is known since the last step. The coldest
 * range of then may be hotter now, but not colder.
 */
static bool is_candidate(const struct policy *policy, __u32 i)
{
	struct policy_view one = policy_view(policy, i);
	struct policy_view other = policy->coldest;
	enum policy_rule rule;

	if (policy->is_full && !(other.mib > 0))
		return false;
	other.worth *= policy_decay(policy, policy->now - policy->last_step);
	rule = policy_judge(&policy->settings, &one,
			    policy->is_full ? &other : NULL);
	return rule == POLICY_GAIN || rule == POLICY_SWAP;
}

/* The heap that it is in; NULL: in none. */
static struct policy_heap *heap_of(struct policy *policy,
				   const struct policy_range *range)
{
	switch (range->where) {
	case POLICY_CANDIDATE:
		return &policy->candidates;
	case POLICY_URGENT:
		return &policy->urgent;
	case POLICY_VICTIM:
		return &policy->victims;
	default:
		return NULL;
	}
}

/* Puts an idle range where it belongs. */
static void settle(struct policy *policy, __u32 i)
{
	struct policy_range *range = &policy->ranges[i];

	if (policy_is_cooling(policy, range)) {
		if (range->tier != TIER_FAST)
			return;
		range->where = POLICY_COOLING;
		enqueue(policy, &policy->cooling, i);
	} else if (is_misplaced(range)) {
		range->where = POLICY_MISPLACED;
		enqueue(policy, &policy->misplaced, i);
	} else if (range->pin != POLICY_PIN_AUTO) {
		return;
	} else if (range->tier == TIER_FAST) {
		range->where = POLICY_VICTIM;
		policy_heap_add(&policy->victims, i, key(policy, range));
	} else if (is_candidate(policy, i)) {
		range->where = policy_is_urgent(policy, range)
				       ? POLICY_URGENT
				       : POLICY_CANDIDATE;
		policy_heap_add(heap_of(policy, range), i, -key(policy, range));
	}
}

/* Takes a range out of the heap that it is in. */
static void unsettle(struct policy *policy, __u32 i)
{
	struct policy_range *range = &policy->ranges[i];
	struct policy_heap *heap = heap_of(policy, range);

	if (!heap)
		return;
	policy_heap_remove(heap, i);
	range->where = POLICY_IDLE;
}

/* A slow range saw I/O: it may be a candidate, and a candidate urgent. */
static void update_candidate(struct policy *policy, __u32 i)
{
	struct policy_range *range = &policy->ranges[i];

	if (range->where == POLICY_CANDIDATE && policy_is_urgent(policy, range))
		unsettle(policy, i);
	if (range->where == POLICY_IDLE)
		settle(policy, i);
	else
		policy_heap_change(heap_of(policy, range), i,
				   -key(policy, range));
}

int policy_add(struct policy *policy, __u32 bytes, enum tier_class tier,
	       enum policy_pin pin, __u32 *range)
{
	if (policy->n == policy->size) {
		__u32 size = policy->size ? 2 * policy->size : 1024;
		struct policy_range *more =
			reallocarray(policy->ranges, size, sizeof(*more));

		if (more)
			policy->ranges = more;
		if (!more || policy_heap_reserve(&policy->candidates, size) ||
		    policy_heap_reserve(&policy->urgent, size) ||
		    policy_heap_reserve(&policy->victims, size))
			return -ENOMEM;
		policy->size = size;
	}
	*range = policy->n;
	policy->ranges[policy->n++] = (struct policy_range){
		.bytes = bytes,
		.tier = tier,
		.pin = pin,
		.touched = policy->now,
	};
	settle(policy, *range);
	return 0;
}

void policy_set_pin(struct policy *policy, __u32 i, enum policy_pin pin)
{
	struct policy_range *range = &policy->ranges[i];

	range->pin = pin;
	unsettle(policy, i);
	if (range->where == POLICY_IDLE)
		settle(policy, i);
}

enum tier_class policy_tier(const struct policy *policy, __u32 range)
{
	return policy->ranges[range].tier;
}

void policy_count(struct policy *policy, __u32 i, const struct policy_io *io,
		  __u64 now_ns)
{
	struct policy_range *range = &policy->ranges[i];
	double worth = policy_io_worth(&policy->settings, io);
	__u32 ticks;
	float left;

	policy_at(policy, now_ns);
	ticks = policy->now - range->touched;
	left = policy_decay(policy, ticks);
	range->reads =
		range->reads * left + policy_io_reads(&policy->settings, io);
	range->writes =
		range->writes * left + policy_io_writes(&policy->settings, io);
	range->worth = range->worth * left + worth;
	range->recent = range->recent * recent_decay(ticks) + worth;
	range->touched = policy->now;
	if (range->where == POLICY_IDLE || range->where == POLICY_CANDIDATE ||
	    range->where == POLICY_URGENT)
		update_candidate(policy, i);
}

__u32 policy_coldest(struct policy *policy)
{
	struct policy_heap *victims = &policy->victims;

	while (victims->n) {
		struct policy_heap_entry top = victims->entries[0];
		double now = key(policy, &policy->ranges[top.range]);

		if (now <= top.key)
			return top.range;
		policy_heap_change(victims, top.range, now);
	}
	return POLICY_NO_RANGE;
}

__u32 policy_hottest(const struct policy *policy)
{
	const struct policy_heap *heap =
		policy->urgent.n ? &policy->urgent : &policy->candidates;

	return heap->n ? heap->entries[0].range : POLICY_NO_RANGE;
}

__u64 policy_budget_left(const struct policy *policy,
			 const struct policy_room *room, bool is_urgent)
{
	const struct policy_settings *settings = &policy->settings;
	__u64 all = policy_amount_of(settings->budget, room->data_bytes);

	if (!is_urgent)
		all *= 1 - settings->hold_back_pct / 100;
	return all > policy->budget.used ? all - policy->budget.used : 0;
}

__u64 policy_moved(const struct policy *policy)
{
	return policy->budget.used;
}

__u64 policy_fast_room(const struct policy *policy,
		       const struct policy_room *room)
{
	__u64 reserve =
		policy_amount_of(policy->settings.reserve, room->fast_bytes);

	return room->fast_free > reserve ? room->fast_free - reserve : 0;
}

/* --- a step ------------------------------------------------------------------
 */

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

	unsettle(policy, i);
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
	settle(policy, i);
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
		i = dequeue(policy, queue);
		if (is_misplaced(&policy->ranges[i]) &&
		    !policy_is_cooling(policy, &policy->ranges[i]))
			rule = policy->ranges[i].pin == POLICY_PIN_FAST
				       ? promote(step, i, true)
				       : demote_by_pin(step, i);
		if (policy->ranges[i].where == POLICY_IDLE)
			settle(policy, i);
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
			unsettle(policy, i);
	}
}

/* What is not hot now any more has no hurry. */
static void calm_down(struct policy *policy)
{
	while (policy->urgent.n) {
		__u32 i = policy->urgent.entries[0].range;

		if (policy_is_urgent(policy, &policy->ranges[i]))
			return;
		unsettle(policy, i);
		settle(policy, i);
	}
}

static void end_cooldowns(struct policy *policy)
{
	struct policy_queue *queue = &policy->cooling;

	while (queue->head != POLICY_NO_RANGE &&
	       !policy_is_cooling(policy, &policy->ranges[queue->head]))
		settle(policy, dequeue(policy, queue));
}

static void sweep(struct policy *policy, double seconds)
{
	double n = ceil(policy->n * fmin(seconds / SWEEP_S, 1));

	for (; n > 0; n--) {
		if (policy->swept >= policy->n)
			policy->swept = 0;
		if (policy->ranges[policy->swept].where == POLICY_IDLE)
			settle(policy, policy->swept);
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
