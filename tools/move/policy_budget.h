/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many bytes have moved in the last hour. It keeps sums by minute, of this
 * one and of the 60 before, so that in no hour, whenever it begins, more than
 * the budget moves. Example: what moved at 12:05:59 counts until 13:05:59.
 */
#ifndef FRSP_MOVE_POLICY_BUDGET_H
#define FRSP_MOVE_POLICY_BUDGET_H

#include <linux/types.h>

#define POLICY_BUDGET_MINUTES 61

/* All 0: nothing has moved. */
struct policy_budget {
	__u64 minutes[POLICY_BUDGET_MINUTES];
	__u64 minute; /* the present one */
	__u64 used;   /* the sum */
};

/* Times never go back. */
static inline void policy_budget_at(struct policy_budget *budget, __u64 minute)
{
	__u64 past = minute - budget->minute;

	for (__u64 i = 1; i <= past && i <= POLICY_BUDGET_MINUTES; i++) {
		__u64 slot = (budget->minute + i) % POLICY_BUDGET_MINUTES;

		budget->used -= budget->minutes[slot];
		budget->minutes[slot] = 0;
	}
	budget->minute = minute;
}

/* Bytes that moved so many minutes before the present one. */
static inline void policy_budget_used_before(struct policy_budget *budget,
					     __u64 bytes, __u64 minutes_ago)
{
	if (minutes_ago >= POLICY_BUDGET_MINUTES ||
	    minutes_ago > budget->minute)
		return;
	budget->minutes[(budget->minute - minutes_ago) % POLICY_BUDGET_MINUTES] +=
		bytes;
	budget->used += bytes;
}

static inline void policy_budget_use(struct policy_budget *budget, __u64 bytes)
{
	budget->minutes[budget->minute % POLICY_BUDGET_MINUTES] += bytes;
	budget->used += bytes;
}

#endif
