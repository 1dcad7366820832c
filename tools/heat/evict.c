// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A slot is taken from under a running BPF program in three steps, so that no
 * I/O is counted for the wrong key:
 *
 *   1. LIVE -> CLAIMED by compare-and-exchange: no search finds it any more.
 *   2. membarrier(GLOBAL), a full RCU grace period: no program that had found
 *      it still runs. (With one CPU it does not wait; there it is enough that
 *      a tracepoint's programs run with preemption off.)
 *   3. Empty it, then CLAIMED -> TOMB: it may be taken for another key.
 *
 * Slots that another reader had claimed when it was killed are released, too:
 * what was CLAIMED before the grace period and is so after it is nobody's, as a
 * program's claim has ended by then, and readers evict one at a time.
 *
 * Which slots: those below a threshold taken from a histogram of heat in
 * steps of a power of two, so the choice is coldest first within a factor of
 * two and costs one pass. In the bucket of the threshold itself slots go by
 * place until enough are gone, from where the emptying before it ended: what
 * was taken into use since then is in the places that it emptied, and as warm
 * as the others it would go first.
 */
#include "heat/evict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/membarrier.h>

#define DUE_PERCENT    80
#define TARGET_PERCENT 70
#define N_BUCKETS      65

bool hot_evict_is_due(const struct hot_table *table, __u64 n_used)
{
	return n_used * 100 >= (__u64)table->n_slots * DUE_PERCENT;
}

static bool grace_period(void)
{
	return !syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

bool hot_evict_is_possible(void)
{
	int commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);

	return commands > 0 && commands & MEMBARRIER_CMD_GLOBAL;
}

/* 0: cold, else 1 + log2(heat). Classes (inode 0) stay. */
static int heat_bucket(const struct frsp_hot_slot *slot,
		       const struct hot_clock *clock)
{
	__s32 age = clock->heat_time - slot->heat_time;
	__u64 heat;

	if (!slot->ino)
		return N_BUCKETS;
	heat = heat_decay(slot->heat, age < 0 ? 0 : age, clock->heat_rate);
	return heat ? 64 - __builtin_clzll(heat) : 0;
}

struct plan {
	__u64 quota[N_BUCKETS + 1]; /* slots to go: all of the cold ones */
	int last;		    /* the bucket of which only a part goes */
	__u64 n_in_use;
};

static void make_plan(const struct hot_table *table,
		      const struct hot_clock *clock, struct plan *plan)
{
	__u64 *quota = plan->quota, excess, target;

	memset(plan, 0, sizeof(*plan));
	for (__u32 i = 0; i < table->n_slots; i++) {
		const struct frsp_hot_slot *slot = hot_table_slot(table, i);

		if (hot_slot_is(slot, FRSP_HOT_LIVE)) {
			quota[heat_bucket(slot, clock)]++;
			plan->n_in_use++;
		}
	}
	target = (__u64)table->n_slots * TARGET_PERCENT / 100;
	excess = plan->n_in_use > target ? plan->n_in_use - target : 0;
	quota[N_BUCKETS] = 0;
	for (int bucket = 0; bucket < N_BUCKETS; bucket++) {
		if (quota[bucket] > excess)
			quota[bucket] = excess;
		if (quota[bucket])
			plan->last = bucket;
		excess -= quota[bucket];
	}
}

/* Takes the slot out of use, if the plan wants it. */
static bool mark_slot(struct frsp_hot_slot *slot, int bucket, struct plan *plan)
{
	__u32 tag = slot->tag;

	if (!plan->quota[bucket] ||
	    !__atomic_compare_exchange_n(
		    &slot->tag, &tag,
		    FRSP_HOT_TAG(FRSP_HOT_TAG_RANGE(tag), FRSP_HOT_CLAIMED),
		    false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return false;
	plan->quota[bucket]--;
	plan->n_in_use--;
	return true;
}

/* Once around, from *hand on, which is moved behind the last of the last
 * bucket. Returns how many are to be released.
 */
static long mark(const struct hot_table *table, const struct hot_clock *clock,
		 struct plan *plan, __u32 *hand, __u32 *marked)
{
	__u32 start = *hand % table->n_slots;
	long n = 0;

	for (__u32 i = 0; i < table->n_slots; i++) {
		__u32 at = (start + i) % table->n_slots;
		struct frsp_hot_slot *slot = hot_table_slot(table, at);
		int bucket;

		if (hot_slot_is(slot, FRSP_HOT_CLAIMED)) {
			marked[n++] = at; /* a program's, or nobody's */
			continue;
		}
		if (!hot_slot_is(slot, FRSP_HOT_LIVE))
			continue;
		bucket = heat_bucket(slot, clock);
		if (!mark_slot(slot, bucket, plan))
			continue;
		marked[n++] = at;
		if (bucket == plan->last)
			*hand = at + 1;
	}
	return n;
}

/* Unless it was a program's, which has it in use now. Returns if it is empty. */
static bool release(const struct hot_table *table, __u32 index,
		    const struct hot_evict_hooks *hooks)
{
	struct frsp_hot_slot *slot = hot_table_slot(table, index);

	if (!hot_slot_is(slot, FRSP_HOT_CLAIMED))
		return false;
	hooks->evicted(hooks->context, index, slot);
	/* all but the tag: the counters of the next key start at 0 */
	slot->heat = 0;
	memset(&slot->reads, 0,
	       table->stride - offsetof(struct frsp_hot_slot, reads));
	__atomic_store_n(&slot->tag, FRSP_HOT_TOMB, __ATOMIC_SEQ_CST);
	hot_table_touch(table, index);
	return true;
}

int hot_evict(const struct hot_table *table, const struct hot_clock *clock,
	      const struct hot_evict_hooks *hooks, __u32 *hand,
	      struct hot_evict_result *result)
{
	struct plan plan;
	__u32 *marked;
	long n;

	if (!hot_evict_is_possible())
		return -EOPNOTSUPP;
	marked = malloc(table->n_slots * sizeof(*marked));
	if (!marked)
		return -ENOMEM;
	make_plan(table, clock, &plan);
	n = mark(table, clock, &plan, hand, marked);
	result->n_in_use = plan.n_in_use;
	result->n_emptied = 0;
	/* Marked slots stay out of use for good should this fail: better than
	 * a count for the wrong file. It does not fail after the query.
	 */
	if (n && grace_period())
		for (long i = 0; i < n; i++)
			result->n_emptied += release(table, marked[i], hooks);
	free(marked);
	return 0;
}
