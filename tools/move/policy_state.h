/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of struct policy, for policy.c, policy_step.c and policy_explain.c
 * only.
 */
#ifndef FRSP_MOVE_POLICY_STATE_H
#define FRSP_MOVE_POLICY_STATE_H

#include "move/policy_budget.h"
#include "move/policy_heap.h"
#include "move/policy_judge.h"

#define POLICY_NO_RANGE (~0U)

/* Ticks of 100 ms: 32 bits are 13 years. Time begins at the tick
 * POLICY_FIRST_TICK, so that moves before it have a tick, too: no cooldown is
 * longer than 30 days.
 */
#define POLICY_TICKS_PER_S 10
#define POLICY_FIRST_TICK  (31U * 86400 * POLICY_TICKS_PER_S)

/* The half-life of .recent */
#define POLICY_RECENT_S 300

struct policy_range {
	float reads, writes, worth; /* decayed at .touched */
	float recent;		    /* the worth, with a short half-life */
	__u32 touched, moved;	    /* in ticks; moved 0: never */
	__u32 bytes;
	__u32 next; /* in a list */
	__u8 tier, pin, where;
};

enum policy_where {
	POLICY_IDLE,	  /* nothing is to be done */
	POLICY_CANDIDATE, /* slow, hot: in the heap of candidates */
	POLICY_URGENT,	/* the same, and hot now: in the heap of urgent ones */
	POLICY_VICTIM,	/* fast, may leave: in the heap of victims */
	POLICY_COOLING, /* fast, has just moved: in a list */
	POLICY_MISPLACED, /* not where it is pinned: in a list */
};

/* A queue of ranges, linked by .next. */
struct policy_queue {
	__u32 head, tail;
};

struct policy {
	struct policy_settings settings;
	struct policy_range *ranges;
	__u32 n, size;
	struct policy_heap candidates, urgent, victims;
	struct policy_queue cooling, misplaced;
	__u64 origin_ns;
	__u32 now;	   /* ticks */
	double decay_rate; /* halvings per tick */
	__u32 cooldown;	   /* ticks */
	__u32 last_step;   /* ticks; 0: none yet */
	double tokens;	   /* bytes that the rate allows, of the past */
	__u32 swept;	   /* where the sweep goes on */
	bool is_full;	   /* at the last step the fast tier had no room */
	struct policy_view coldest; /* then; .mib 0: nothing could leave */
	struct policy_budget budget;
};

/* Sets the present time. */
void policy_at(struct policy *policy, __u64 now_ns);

/* What is left of a worth of 1 after these ticks. */
double policy_decay(const struct policy *policy, __u32 ticks);

double policy_worth_now(const struct policy *policy,
			const struct policy_range *range);
struct policy_view policy_view(const struct policy *policy, __u32 range);
bool policy_is_cooling(const struct policy *policy,
		       const struct policy_range *range);

/* Whether it is not where it is pinned. */
bool policy_is_misplaced(const struct policy_range *range);

/* Puts an idle range where it belongs. */
void policy_settle(struct policy *policy, __u32 range);
/* Takes a range out of the heap that it is in, if it is in one. */
void policy_unsettle(struct policy *policy, __u32 range);
/* Takes the first range from a queue that is not empty; then it is idle. */
__u32 policy_dequeue(struct policy *policy, struct policy_queue *queue);

/* The fast range that leaves first; POLICY_NO_RANGE: none may. */
__u32 policy_coldest(struct policy *policy);

/* Bytes that may move now by the budget; a part of it is for urgent moves. */
__u64 policy_budget_left(const struct policy *policy,
			 const struct policy_room *room, bool is_urgent);

/* Whether the I/O of the last minutes alone is worth the move, and the one that
 * makes room for it.
 */
bool policy_is_urgent(const struct policy *policy,
		      const struct policy_range *range);

/* The slow range that moves first; POLICY_NO_RANGE: none is hot enough. */
__u32 policy_hottest(const struct policy *policy);

/* What is free for a range that comes to the fast tier. */
__u64 policy_fast_room(const struct policy *policy,
		       const struct policy_room *room);

/* other: or POLICY_NO_RANGE */
struct policy_figures policy_figures(const struct policy *policy, __u32 range,
				     enum tier_class to, __u32 other);

#endif
