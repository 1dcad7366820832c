/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Evicts the coldest keys from the hot table, so that new ones find slots. */
#ifndef FRSP_HOT_EVICT_H
#define FRSP_HOT_EVICT_H

#include "heat/track.h"

struct hot_evict_hooks {
	/* called after the grace period, before the slot is emptied */
	void (*evicted)(void *context, __u32 index,
			const struct frsp_hot_slot *slot);
	void *context;
};

/* Whether n_used slots in use are so many that new keys soon find none. */
bool hot_evict_is_due(const struct hot_table *table, __u64 n_used);

/* Whether the kernel offers the grace period that eviction needs. If it does
 * not, the table stays full once it is full.
 */
bool hot_evict_is_possible(void);

/* Waits until every BPF program that runs now has ended. False: the kernel
 * cannot do that.
 */
bool hot_evict_grace_period(void);

struct hot_evict_result {
	__u64 n_emptied; /* slots */
	__u64 n_in_use;	 /* afterwards, without slots taken meanwhile */
};

/* Empties the coldest slots until about 70 % of the table are in use. Returns
 * 0, -EOPNOTSUPP: the kernel offers user space no grace period, or -ENOMEM; on
 * error nothing was changed.
 *
 * hand: the index at which this eviction ends and the next one begins. The
 * caller keeps it, and sets it to 0 at first.
 */
int hot_evict(const struct hot_table *table, const struct hot_clock *clock,
	      const struct hot_evict_hooks *hooks, __u32 *hand,
	      struct hot_evict_result *result);

#endif
