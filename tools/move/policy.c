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
	policy->now =
		POLICY_FIRST_TICK + (now_ns - policy->origin_ns) / tick_ns;
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

bool policy_is_misplaced(const struct policy_range *range)
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

__u32 policy_dequeue(struct policy *policy, struct policy_queue *queue)
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

void policy_settle(struct policy *policy, __u32 i)
{
	struct policy_range *range = &policy->ranges[i];

	if (policy_is_cooling(policy, range)) {
		if (range->tier != TIER_FAST)
			return;
		range->where = POLICY_COOLING;
		enqueue(policy, &policy->cooling, i);
	} else if (policy_is_misplaced(range)) {
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

void policy_unsettle(struct policy *policy, __u32 i)
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
		policy_unsettle(policy, i);
	if (range->where == POLICY_IDLE)
		policy_settle(policy, i);
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
	policy_settle(policy, *range);
	return 0;
}

void policy_note_moved(struct policy *policy, __u32 i, __u64 now_ns,
		       double ago_s)
{
	struct policy_range *range = &policy->ranges[i];
	double ticks = ago_s * POLICY_TICKS_PER_S;

	policy_at(policy, now_ns);
	if (ticks >= policy->cooldown)
		return;
	policy_unsettle(policy, i);
	range->moved = policy->now - (__u32)ticks;
	if (range->where == POLICY_IDLE)
		policy_settle(policy, i);
}

void policy_note_used(struct policy *policy, __u64 bytes, __u64 now_ns,
		      double ago_s)
{
	policy_at(policy, now_ns);
	policy_budget_used_before(&policy->budget, bytes, ago_s / 60);
}

void policy_set_pin(struct policy *policy, __u32 i, enum policy_pin pin)
{
	struct policy_range *range = &policy->ranges[i];

	range->pin = pin;
	policy_unsettle(policy, i);
	if (range->where == POLICY_IDLE)
		policy_settle(policy, i);
}

void policy_set_tier(struct policy *policy, __u32 i, enum tier_class tier)
{
	struct policy_range *range = &policy->ranges[i];

	if (range->tier == tier)
		return;
	policy_unsettle(policy, i);
	range->tier = tier;
	if (range->where == POLICY_IDLE)
		policy_settle(policy, i);
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
