/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes room in the hot table by forgetting the coldest keys. */
#ifndef FRSP_HOT_EVICT_H
#define FRSP_HOT_EVICT_H

#include "heat/track.h"

struct hot_evict_hooks {
	/* after the grace period, before the slot is emptied */
	void (*evicted)(void *context, __u32 index,
			const struct frsp_hot_slot *slot);
	void *context;
};

/* True if n_used of the table's slots are so many that keys get lost. */
bool hot_evict_is_due(const struct hot_table *table, __u64 n_used);

/* The grace period is there: if not, the table stays full once it is full. */
bool hot_evict_is_possible(void);

struct hot_evict_result {
	__u64 n_emptied; /* slots */
	__u64 n_in_use;	 /* after that, but for what was taken meanwhile */
};

/* Empties the coldest slots until about 70 % of the table are in use. Returns 0
 * or -errno (-EOPNOTSUPP: the kernel offers no grace period to user space,
 * nothing was changed).
 *
 * hand: where in the table one emptying ends and the next begins; 0 at first.
 */
int hot_evict(const struct hot_table *table, const struct hot_clock *clock,
	      const struct hot_evict_hooks *hooks, __u32 *hand,
	      struct hot_evict_result *result);

#endif
