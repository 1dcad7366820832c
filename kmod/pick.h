/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which free extent of a tree a request should get: a pure function of both.
 * choose.c decides which tree to ask, and what to do when no tree has an
 * answer.
 */
#ifndef FRSP_PICK_H
#define FRSP_PICK_H

#include "tree.h"

struct frsp_request {
	u32 len;   /* clusters wanted, > 0 */
	u32 fit;   /* clusters that must be free from the start, len of them for
		      the request itself; if < len: len */
	u32 wish;  /* clusters that would be better still; <= fit: no wish */
	u32 reach; /* how much farther than the nearest place another one may
		      be; 0: any distance */
	u32 min_len; /* a shorter extent is of no use; <= len */
	u32 near; /* position in the tree that the choice should be close to */
	bool goal_here; /* near is ext4's own goal, and is in this tree */
	/*
	 * The goal continues the file. A goal that is not exact is kept only at
	 * the start of a free extent: elsewhere it would split free space for
	 * nothing.
	 */
	bool goal_exact;
	bool goal_short; /* at the goal, less than len is useful, too */
	u64 owner;	 /* the file, which may use its own room */
	bool take_rooms; /* it may also use the rooms of other files */
	u32 avoid;	 /* bit i set: in group i of the tree, only the goal */
	u32 reserved;	 /* below this position, only ext4's goal */
	/*
	 * The start must be a multiple of stripe on the disk: (start +
	 * stripe_phase) % stripe == 0, where start is a position in the tree
	 * and stripe_phase < stripe <= FRSP_TREE_MAX_CLUSTERS. 0: any start.
	 */
	u32 stripe;
	u32 stripe_phase;
	bool stripe_only; /* an exact goal must be aligned, too */
};

/*
 * A choice that is under way: from the pick until ext4 takes it (the tree then
 * knows) or until ext4's allocator returns. Other tasks that pick meanwhile
 * avoid it. The caller links it into tree->offers, under tree->lock.
 */
struct frsp_offer {
	struct list_head list;
	const void *task; /* the task that offers */
	u32 start;	  /* position in the tree */
	u32 len;	  /* clusters */
	u32 room_behind;  /* clusters behind it for the owner's room; 0: none */
	u64 owner;
	bool taken; /* ext4 took it; only the task writes and reads it */
};

/* Whether the whole offer is free, as far as the tree knows. */
bool frsp_offer_is_free(const struct frsp_tree *tree,
			const struct frsp_offer *offer);

/*
 * Free space behind a file that grows, for the file to grow into: other files
 * avoid it as long as there is other space. It is a wish, not a claim: ext4 may
 * use its clusters. It needs no release: newer rooms evict it. Guarded by
 * tree->lock.
 */
struct frsp_room {
	u64 owner;
	u32 start; /* position in the tree */
	u32 end;   /* behind its last cluster; > start */
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
 * How many of the nearest extents that fit are compared. On an aged filesystem
 * (tests/bench/alloc-aging) files got 1.30 extents with 8 of them, 1.27 with
 * 16, and 1.25 with all; but with all, small files of a directory took a fifth
 * longer to read back than stock ext4's (tests/bench/alloc-place).
 */
#define FRSP_PICK_NEAR 16

/*
 * VISITS: how many extents a walk passes; near extents that are clearly too
 * short do not count. TRIES: in how many extents of sufficient length it
 * searches for a place beside the offers and rooms of others.
 */
#define FRSP_PICK_VISITS 256
#define FRSP_PICK_TRIES	 64

/*
 * set: makes [start, end) the owner's room, and the latest one of the tree;
 * evicts the oldest one if there are FRSP_ROOMS. remove: removes the owner's
 * room; false: there was none. The caller holds tree->lock; for set,
 * tree->rooms is not NULL.
 */
void frsp_room_set(struct frsp_tree *tree, u64 owner, u32 start, u32 end);
bool frsp_room_remove(struct frsp_tree *tree, u64 owner);

/*
 * Picks a place in the tree, by the first of these rules that finds one. An
 * extent fits if request->fit clusters are free in it, from an allowed start
 * on.
 *
 * 1. ext4's goal, if it is free for len, or for less where goal_short allows
 * that, and outside the offers of others. It is exact, or else aligned to the
 * stripe and the start of a free extent.
 *
 * 2. Of the FRSP_PICK_NEAR nearest extents that fit, within reach: the
 * shortest one that has wish; if none has, the longest; of equal ones the
 * nearest. The walk ends after FRSP_PICK_VISITS extents that are long enough,
 * or nearly.
 *
 * 3. The shortest extent of the tree that fits.
 *
 * 4. In groups that are only a SUMMARY: their longest extent, if it fits;
 * the nearest group first.
 *
 * 5. With allow_short: the longest end of an extent that has at least min_len
 * and is outside the offers of others. Its start is not aligned, but it is
 * shorter than len, so ext4 does not require that.
 *
 * Rules 2 to 4 give a start that is aligned to the stripe, and outside the
 * offers of others and, unless take_rooms, their rooms. Rules 2 to 5 leave out
 * the groups to avoid. The caller holds tree->lock.
 */
struct frsp_choice frsp_pick(const struct frsp_tree *tree,
			     const struct frsp_request *request,
			     bool allow_short);

#endif
