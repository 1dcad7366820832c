/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which free extent of a tree a request should get: a pure function of both.
 * What tree to ask, and what to do when none has an answer, is choose.c's
 * matter.
 */
#ifndef FRSP_PICK_H
#define FRSP_PICK_H

#include "tree.h"

struct frsp_request {
	u32 len;     /* clusters wanted, > 0 */
	u32 room;    /* that are to be free from the start on; if < len: len */
	u32 wish;    /* that would be better still; <= room: nothing more */
	u32 reach;   /* how much farther than the nearest a place may be; 0:
			anything */
	u32 min_len; /* a shorter extent is of no use; <= len */
	u32 near;    /* position in the tree to be close to */
	bool goal_here; /* near is ext4's own goal, and is in this tree */
	/*
	 * The goal continues the file. One that is not exact is kept only at
	 * the start of a free extent: elsewhere it would split free space for
	 * nothing.
	 */
	bool goal_exact;
	bool goal_short; /* even less than len is worth having at the goal */
	u64 owner;	 /* of the file; its own room is free for it */
	bool take_rooms; /* those of others are, too */
	u32 avoid;    /* bit i: in the tree's group i only the goal is taken */
	u32 reserved; /* positions below it are taken only as ext4's goal */
	/*
	 * A start must be a multiple of stripe on the disk: (start +
	 * stripe_phase) % stripe == 0 with start a position in the tree;
	 * stripe_phase < stripe <= FRSP_TREE_MAX_CLUSTERS. 0: anywhere.
	 */
	u32 stripe;
	u32 stripe_phase;
	bool stripe_only; /* so must a goal that is exact */
};

/*
 * A choice that is under way: from the pick until ext4 takes it, as then the
 * tree knows, or has answered. Others that pick meanwhile keep off it. Linked
 * into tree->offers by the caller, under tree->lock.
 */
struct frsp_offer {
	struct list_head list;
	const void *task; /* who offers */
	u32 start;	  /* position in the tree */
	u32 len;	  /* clusters */
	u32 room;	  /* behind them, that are to be the owner's; 0: none */
	u64 owner;
	bool taken; /* ext4 took it; written and read by the task */
};

/* Whether all that is offered is free, as far as the tree knows. */
bool frsp_offer_is_free(const struct frsp_tree *tree,
			const struct frsp_offer *offer);

/*
 * Free space behind a file that grows, for it to grow into: others keep off it
 * as long as there is other space. It is a wish, not a claim: what is in it may
 * be taken, and whoever forgets to say that it is over does no harm, as others
 * push it out. Guarded by tree->lock.
 */
struct frsp_room {
	u64 owner;
	u32 start; /* position in the tree */
	u32 end;   /* behind the last, > start */
};
#define FRSP_ROOMS 16 /* per tree */

enum frsp_pick_kind {
	FRSP_PICK_NONE,
	FRSP_PICK_KEEP,	 /* ext4's own goal; less than len if goal_short */
	FRSP_PICK_FIT,	 /* at least len */
	FRSP_PICK_SHORT, /* min_len or more, but less than len */
};

struct frsp_choice {
	enum frsp_pick_kind kind;
	u32 start; /* position in the tree */
	u32 len;   /* clusters free from there, at most request->len */
	u32 span;  /* clusters from start to the end of the free extent */
};

/*
 * How many of the nearest extents that have room are compared. On an aged
 * filesystem (tests/bench/alloc-aging) files got 1.30 extents with 8 of them,
 * 1.27 with 16, and 1.25 with all; but with all, small files of a directory
 * took a fifth longer to read back than stock ext4's (tests/bench/alloc-place).
 */
#define FRSP_PICK_NEAR 16

/*
 * How many extents are passed in one walk, of which near ones that are clearly
 * too short do not count, and how many of those that are long enough are
 * searched for a place off the offers and rooms of others.
 */
#define FRSP_PICK_VISITS 256
#define FRSP_PICK_TRIES	 64

/*
 * The tree must have rooms. Sets the owner's, the latest now; takes it away,
 * false: there was none.
 */
void frsp_room_set(struct frsp_tree *tree, u64 owner, u32 start, u32 end);
bool frsp_room_remove(struct frsp_tree *tree, u64 owner);

/*
 * Keeps ext4's goal if it is free for len, or goal_short allows less, and if it
 * is exact or at the start of a free extent. Else of the FRSP_PICK_NEAR nearest
 * extents with room that are in reach the shortest that has wish, or the
 * longest if none has; of equal ones the nearest. If there is none among the
 * FRSP_PICK_VISITS nearest that are long enough, or nearly, the shortest in the
 * tree with room. In groups that are only a SUMMARY, their longest extent if it
 * has room, the nearest group first. Aligned to the stripe, off the offers of
 * others and, unless take_rooms, off their rooms. All but the goal is outside
 * of groups to avoid. With allow_short, else the longest end of an extent of at
 * least min_len that is off the offers of others: not aligned, but less than
 * len, so that ext4 does not ask for that. The caller holds tree->lock.
 */
struct frsp_choice frsp_pick(const struct frsp_tree *tree,
			     const struct frsp_request *request,
			     bool allow_short);

#endif
