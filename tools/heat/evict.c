// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which slots go. A histogram counts the slots by heat, in buckets of a power
 * of two. The coldest buckets go as a whole, and a part of the last one. So the
 * choice is coldest first within a factor of two, and costs one pass.
 *
 * Example: 1000 slots, 820 of them in use. The target is 700, so 120 go.
 *
 *   heat        0    1   2-3   4-7   8-15 ...
 *   slots      50   40    20    30    680
 *   go         50   40    20    10      0
 *
 * The 10 of the last bucket (4-7) are taken in table order, beginning at the
 * hand: the index at which the last eviction ended. Without the hand, each
 * eviction would empty the same places: the keys that came last sit in the
 * slots that were emptied last, and as they are as warm as the others in the
 * bucket, they would go first.
 *
 * How a slot goes. BPF programs run at the same time. Three steps make sure
 * that no I/O is counted for the wrong key:
 *
 *   1. LIVE -> CLAIMED by compare-and-exchange: no search finds the slot any
 *      more.
 *   2. membarrier(GLOBAL), a full RCU grace period: no program that had found
 *      the slot before still runs.
 *   3. Empty the slot, then CLAIMED -> TOMB: another key may take it.
 *
 * If a reader is killed between these steps, its slots stay CLAIMED, and the
 * next eviction releases them: a slot that was CLAIMED before the grace period
 * and is CLAIMED after it is this eviction's, or nobody's. For a program's
 * claim ends within the grace period, and only one reader at a time evicts.
 */
#include "heat/evict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <linux/membarrier.h>

#define DUE_PERCENT    80
#define TARGET_PERCENT 70
#define N_BUCKETS      65

bool hot_evict_is_due(const struct hot_table *table, __u64 n_used)
{
	return n_used * 100 >= (__u64)table->n_slots * DUE_PERCENT;
}

/* An update of a map of maps waits for a grace period, so that no program uses
 * the old inner map any more (maybe_wait_bpf_programs() in
 * kernel/bpf/syscall.c).
 */
static bool update_map_of_maps(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options);
	int inner, outer, err = -1;
	__u32 key = 0;

	inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "hotmon_inner", sizeof(key),
			       sizeof(__u32), 1, NULL);
	if (inner < 0)
		return false;
	options.inner_map_fd = inner;
	outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "hotmon_outer",
			       sizeof(key), sizeof(__u32), 1, &options);
	if (outer >= 0) {
		err = bpf_map_update_elem(outer, &key, &inner, BPF_ANY);
		close(outer);
	}
	close(inner);
	return !err;
}

/* With one CPU, membarrier() does not wait (kernel/sched/membarrier.c). From
 * Linux 7.0 on a program can be preempted there while it has a slot.
 */
bool hot_evict_grace_period(void)
{
	if (get_nprocs() == 1)
		return update_map_of_maps();
	return !syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

bool hot_evict_is_possible(void)
{
	int commands = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);

	return commands > 0 && commands & MEMBARRIER_CMD_GLOBAL;
}

/* 0: no heat is left, else 1 + log2(heat). Classes (inode 0) get the bucket
 * N_BUCKETS, from which no slot goes.
 */
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
	__u64 quota[N_BUCKETS + 1]; /* how many slots of each bucket go */
	int last;		    /* the warmest bucket of which some go */
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

/* Step 1 of the three, if the plan has a quota for the slot. */
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

/* Goes once around the table from *hand on, and marks the slots to go. Moves
 * *hand behind the last slot that it marked in the last bucket. Returns the
 * number of slots in marked.
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
			marked[n++] = at; /* claimed by a program, or nobody */
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

/* Step 3. Returns whether the slot was emptied: not if a program had claimed it
 * and now uses it.
 */
static bool release(const struct hot_table *table, __u32 index,
		    const struct hot_evict_hooks *hooks)
{
	struct frsp_hot_slot *slot = hot_table_slot(table, index);

	if (!hot_slot_is(slot, FRSP_HOT_CLAIMED))
		return false;
	hooks->evicted(hooks->context, index, slot);
	/* the counters of the next key begin at 0 */
	if (table->who)
		memset(&table->who[index], 0, sizeof(table->who[index]));
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
	/* If this failed, the marked slots would stay out of use: better than
	 * a count for the wrong file. After hot_evict_is_possible() it does not
	 * fail.
	 */
	if (n && hot_evict_grace_period())
		for (long i = 0; i < n; i++)
			result->n_emptied += release(table, marked[i], hooks);
	free(marked);
	return 0;
}
