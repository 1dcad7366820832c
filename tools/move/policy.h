/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides which ranges of files move between a fast and a slow tier. It does no
 * I/O and reads no clock: the caller counts I/O, tells the time and how much is
 * free, and moves what a step decides. Example:
 *
 *	struct policy *policy = policy_new(&settings);
 *
 *	policy_add(policy, POLICY_RANGE_BYTES, TIER_SLOW, pin, &range);
 *	every 10 s:
 *		policy_count(policy, range, &io, now_ns);
 *		policy_step(policy, now_ns, &room, move, context);
 *
 * Each decision has its figures and the rule that made it; policy_explain() has
 * them for any range, also for one that stays. docs/policy.md explains the
 * rules, policy.c how they are computed.
 */
#ifndef FRSP_MOVE_POLICY_H
#define FRSP_MOVE_POLICY_H

#include <stdbool.h>
#include <linux/types.h>

#include "fs/tier.h"
#include "move/policy_pin.h"
#include "move/policy_settings.h"

#define POLICY_RANGE_BYTES (1U << 20) /* no range is longer */

enum policy_rule {
	/* it moves */
	POLICY_GAIN,	  /* to fast: worth the cost, and there is room */
	POLICY_SWAP,	  /* to fast: a colder one makes room for it */
	POLICY_MAKE_ROOM, /* to slow: a hotter one takes its place */
	POLICY_RESERVE,	  /* to slow: the fast tier is too full */
	POLICY_BY_PIN,	  /* to where it is pinned */
	/* it stays */
	POLICY_PINNED,	   /* is where it is pinned */
	POLICY_EXCLUDED,   /* pinned to "none" */
	POLICY_COOLDOWN,   /* it has moved lately */
	POLICY_COSTLY,	   /* slow: the gain is less than the cost */
	POLICY_NOT_HOTTER, /* slow: not so much hotter than the coldest fast */
	POLICY_CHANCE,	   /* slow: the difference may be chance */
	POLICY_NO_ROOM,	   /* slow: no fast one may leave */
	POLICY_SLOW_FULL,  /* fast: the slow tier has no room */
	POLICY_BUDGET,	   /* it has to wait for the budget or the rate */
	POLICY_IN_PLACE,   /* fast: nothing hotter needs its place */
	POLICY_NR_RULES,
};

/* A word such as "not_hotter", and a sentence. */
const char *policy_rule_word(enum policy_rule rule);
const char *policy_rule_text(enum policy_rule rule);

/* The I/O of a range in an interval. */
struct policy_io {
	__u32 reads, writes;
	__u64 read_bytes, write_bytes;
	/* It is part of a run: this range and the one before or after it in the
	 * file were each read or written about once as a whole, see
	 * policy_io_is_pass().
	 */
	bool in_run;
};

/* Whether about as much was read, or written, as a whole range has. */
bool policy_io_is_pass(const struct policy_io *io);

/* How many I/Os these count as: sequential ones weigh less. */
double policy_io_reads(const struct policy_settings *settings,
		       const struct policy_io *io);
double policy_io_writes(const struct policy_settings *settings,
			const struct policy_io *io);

/* What the I/O is worth, by the weights of reads and writes; the wear of writes
 * is taken off.
 */
double policy_io_worth(const struct policy_settings *settings,
		       const struct policy_io *io);

/* What the caller knows of the tiers. */
struct policy_room {
	__u64 fast_bytes, fast_free; /* size, and what is free of it */
	__u64 slow_free;
	__u64 data_bytes; /* of both tiers, for budgets in percent */
};

/* I/Os are those of the slow tier. */
struct policy_figures {
	double reads_per_hour, writes_per_hour; /* sequential ones weigh less */
	double gain; /* I/Os that fast saves, or saves now, in the horizon */
	double cost; /* of the move, and of the other one that it needs */
	/* The range whose place it would take, or that takes its place; ~0:
	 * none. .other_gain: what that saves in fast.
	 */
	__u32 other;
	double other_gain;
	double wait_s; /* the rest of the cooldown; else 0 */
};

struct policy_decision {
	__u32 range;
	enum tier_class from, to; /* the same: it stays */
	enum policy_rule rule;
	struct policy_figures figures;
};

struct policy;

/* NULL: no memory */
struct policy *policy_new(const struct policy_settings *settings);
void policy_free(struct policy *policy);

/* Ranges have the numbers 0, 1, 2, ... bytes: 1 to POLICY_RANGE_BYTES; tier:
 * fast or slow. 0 or -ENOMEM.
 */
int policy_add(struct policy *policy, __u32 bytes, enum tier_class tier,
	       enum policy_pin pin, __u32 *range);
void policy_set_pin(struct policy *policy, __u32 range, enum policy_pin pin);
enum tier_class policy_tier(const struct policy *policy, __u32 range);
/* It is there now, by somebody who does not ask: not a move of the policy. */
void policy_set_tier(struct policy *policy, __u32 range, enum tier_class tier);

/* What somebody has moved before the policy began, or beside it. The range then
 * stays for the rest of its cooldown; call it in the order of the moves, the
 * oldest first. The bytes, of that range or another one, count for the budget
 * of the hour. ago_s: at least 0.
 */
void policy_note_moved(struct policy *policy, __u32 range, __u64 now_ns,
		       double ago_s);
void policy_note_used(struct policy *policy, __u64 bytes, __u64 now_ns,
		      double ago_s);

/* Times are in ns from any begin, and never go back. */
void policy_count(struct policy *policy, __u32 range,
		  const struct policy_io *io, __u64 now_ns);

/* Moves a range, or begins to. False: it cannot; it is asked for again after
 * the cooldown.
 */
typedef bool (*policy_move)(void *context,
			    const struct policy_decision *decision);

/* Decides what moves now. */
void policy_step(struct policy *policy, __u64 now_ns,
		 const struct policy_room *room, policy_move move,
		 void *context);

/* What the next step would do with the range, and why. */
struct policy_decision policy_explain(struct policy *policy, __u32 range,
				      __u64 now_ns,
				      const struct policy_room *room);

/* Bytes that were moved in the last hour. */
__u64 policy_moved(const struct policy *policy);

#endif
