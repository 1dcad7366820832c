/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Players: policies that are compared. Each sees the same intervals, and
 * decides which ranges are in the fast tier; it begins with none there. An
 * interval's I/O is served from where the ranges are at its begin. What a
 * player moves at its end is there in the next one.
 */
#ifndef FRSP_SIMULATE_PLAYER_H
#define FRSP_SIMULATE_PLAYER_H

#include "move/policy.h"

/* An interval: what happened to which ranges, each of them once. */
struct sim_interval {
	__u64 start_ns, end_ns;
	const __u32 *ranges;	     /* numbers */
	const struct policy_io *ios; /* of them */
	const __u8 *is_scored;	     /* whether perfect cares for them */
	size_t n;
};

/* What all players share. */
struct sim_world {
	__u32 n_ranges, n_fast; /* all, and how many fit in the fast tier */
	const __u8
		*pins; /* by range: enum policy_pin; NONE: nobody may move it */
};

struct sim_moves {
	__u64 n, bytes;	  /* to fast, and to slow */
	__u64 fast_bytes; /* of them to fast */
	__u32 *by_range;  /* how often each has moved */
};

struct sim_player;

struct sim_player_kind {
	const char *word;
	/* The state of a new player. NULL: no memory. */
	void *(*begin)(const struct sim_world *world,
		       const struct policy_settings *settings);
	/* Sets is_fast[i] for each range of the interval, as it is at its
	 * begin; and then moves.
	 */
	int (*play)(struct sim_player *player,
		    const struct sim_interval *interval, __u8 *is_fast);
	void (*end)(void *state);
};

struct sim_player {
	const struct sim_player_kind *kind;
	void *state;
	struct sim_moves moves;
};

/* What a player calls when it has moved a range. */
static inline void sim_moved(struct sim_player *player, __u32 range,
			     bool to_fast)
{
	struct sim_moves *moves = &player->moves;

	moves->n++;
	moves->bytes += POLICY_RANGE_BYTES;
	if (to_fast)
		moves->fast_bytes += POLICY_RANGE_BYTES;
	moves->by_range[range]++;
}

/* Our own, by its settings and pins. */
extern const struct sim_player_kind sim_policy;
/* Nothing ever moves. */
extern const struct sim_player_kind sim_never;
/* Whatever was used is in the fast tier: what was not used for longest leaves. */
extern const struct sim_player_kind sim_lru;
/* The patches of 2013 for btrfs. */
extern const struct sim_player_kind sim_2013;

#endif
