/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The free space of one flexible block group: a tree.
 *
 * Units are clusters. A position in a tree counts from the first cluster of its
 * first group, a position in a group from the first of that group. Where a
 * filesystem has no flexible groups, or ones that are too small or too large, a
 * tree stands for as many groups as frsp_tree_span_log2() says.
 *
 * What is known of a group is in one of these states:
 *
 *   UNKNOWN   only how many clusters are free
 *   SUMMARY   also one free extent, the longest that is known
 *   LOADING   its extents are being inserted, a chunk at a time, from a copy
 *             of the bitmap; changes below the mark go to the extents, those
 *             above to the copy
 *   LOADED    every free extent is in the tree
 *   BAD       its bitmap cannot be trusted: never offered
 *
 * The caller holds tree->lock for everything that takes a tree, except where it
 * says otherwise. No function here sleeps but frsp_tree_new(), and none but it
 * and the insertion of an extent allocates. This file knows nothing of ext4 and
 * builds in user space, too.
 */
#ifndef FRSP_TREE_H
#define FRSP_TREE_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "busy.h"
#include "extent.h"

enum frsp_group_state {
	FRSP_GROUP_UNKNOWN,
	FRSP_GROUP_SUMMARY,
	FRSP_GROUP_LOADING,
	FRSP_GROUP_LOADED,
	FRSP_GROUP_BAD,
};

struct frsp_group {
	u32 free;	      /* clusters */
	u32 longest_start;    /* in the group; SUMMARY only */
	u32 longest_len : 28; /* SUMMARY only; 0: full */
	u32 state : 4;	      /* enum frsp_group_state */
};

/* The group that is LOADING, at most one per tree. */
struct frsp_build {
	u32 group;	       /* index in the tree */
	u32 built;	       /* clusters below this mark are in the tree */
	unsigned long *bitmap; /* ours; set bit: in use */
};

struct frsp_tree {
	spinlock_t lock;
	struct rb_root by_start;
	struct rb_root by_len;
	struct list_head offers;  /* struct frsp_offer, pick.h */
	struct frsp_room *rooms;  /* space for FRSP_ROOMS, or NULL: pick.h */
	u32 n_rooms;		  /* of them there are; the latest first */
	struct frsp_build *build; /* NULL: nothing is LOADING */

	/* what the meta-tree has of it: meta.h */
	u32 meta_longest;
	u32 meta_promise;

	spinlock_t busy_lock;  /* guards busy; never held together with lock */
	struct frsp_busy busy; /* busy.h */

	/* guarded by lru_lock: see memory.c */
	struct list_head lru;
	unsigned long last_used; /* jiffies */
	bool active;

	/* guarded by the loader's lock: see wake.c */
	struct list_head wanted;
	bool wanted_io;
	unsigned long no_room_until; /* jiffies; READ_ONCE */

	u32 index;	    /* among the filesystem's trees */
	u32 extents;	    /* nodes in the tree */
	u32 group_clusters; /* clusters of each group but perhaps the last */
	u32 last_group_clusters;
	u32 n_groups;
	u32 n_known;  /* groups that are SUMMARY, LOADING or LOADED */
	u32 n_loaded; /* groups that are LOADED */
	u32 n_bad;    /* groups that are BAD */
	struct frsp_group groups[];
};

/* Most clusters of a tree, so that positions fit u32 with room to add. */
#define FRSP_TREE_MAX_CLUSTERS (1U << 30)

/*
 * How many groups, as a power of two, a tree stands for: those of a flexible
 * group, 16 where there are none (log_flex 0) or more than that, fewer where
 * more would pass FRSP_TREE_MAX_CLUSTERS. Each event may look at all of them,
 * and all have one lock.
 */
u32 frsp_tree_span_log2(u32 log_flex, u32 group_clusters);

/*
 * A tree of n_groups UNKNOWN groups with nothing free, or NULL. May sleep if gfp
 * does. last_group_clusters: length of the last group, which may be shorter.
 */
struct frsp_tree *frsp_tree_new(u32 index, u32 n_groups, u32 group_clusters,
				u32 last_group_clusters, gfp_t gfp);
/* Frees an empty tree (extents 0) that meta and LRU do not know any more. */
void frsp_tree_free(struct frsp_tree *tree);

u32 frsp_tree_group_clusters(const struct frsp_tree *tree, u32 group);

/*
 * What an event did to the tree. All but FRSP_TREE_DONE mean that the tree
 * could not follow: the caller must call frsp_tree_drop() at once.
 */
enum frsp_tree_result {
	FRSP_TREE_DONE,
	FRSP_TREE_NO_MEMORY, /* no extent to be had, or the cap is reached */
	FRSP_TREE_MISMATCH,  /* ext4 and the tree disagree on the group */
};

/*
 * ext4 took, or freed, [start, start + len) of a group. free_before: the
 * group's free clusters as ext4 counted them before; another count than ours is
 * a mismatch where the group is LOADED. In a SUMMARY the longest extent follows
 * as far as it can be told, and where nothing of it is left the group becomes
 * UNKNOWN; in UNKNOWN and BAD groups only the count does. After
 * FRSP_TREE_NO_MEMORY the tree lacks the shorter part of an extent, or what was
 * freed, and is right otherwise: no group need be distrusted.
 */
enum frsp_tree_result frsp_tree_used(struct frsp_tree *tree,
				     struct frsp_memory *memory, u32 group,
				     u32 start, u32 len, u32 free_before);
enum frsp_tree_result frsp_tree_freed(struct frsp_tree *tree,
				      struct frsp_memory *memory, u32 group,
				      u32 start, u32 len, u32 free_before);

/*
 * The group's whole bitmap (set bit: in use; little-endian bits as ext4 has
 * them), as ext4 has just built it. UNKNOWN, SUMMARY and BAD groups become a
 * SUMMARY of it. A LOADED group is audited against it, a LOADING one below the
 * mark; above the mark it replaces the copy, and the build goes on.
 */
enum frsp_tree_result frsp_tree_regenerated(struct frsp_tree *tree, u32 group,
					    const void *bitmap);

/*
 * What a group's descriptor says: free from end to end, or so many free
 * clusters. Changes an UNKNOWN group only.
 */
void frsp_tree_set_free(struct frsp_tree *tree, u32 group, u32 free);
/* From a saved summary that makes sense. Changes an UNKNOWN group only. */
void frsp_tree_set_summary(struct frsp_tree *tree, u32 group, u32 free,
			   u32 longest_start, u32 longest_len);
/*
 * The group is never offered again, until its bitmap is regenerated. If it is
 * LOADING or LOADED, the tree must be dropped first.
 */
void frsp_tree_set_bad(struct frsp_tree *tree, u32 group);

/*
 * Loading a group. begin: build->bitmap holds the group's bitmap, copied under
 * ext4's group lock, which the caller still holds; free is the number of clear
 * bits; fails (false) when another build is going on or the group is LOADED or
 * BAD. step: inserts the extents of the next max_clusters clusters; returns 1:
 * more to do, 0: done, the group is LOADED and tree->build NULL, -ENOMEM: the
 * caller drops the tree, -ECANCELED: the build was given up meanwhile (drop).
 * Between steps the lock may be dropped.
 */
bool frsp_tree_build_begin(struct frsp_tree *tree, struct frsp_build *build,
			   u32 free);
int frsp_tree_build_step(struct frsp_tree *tree, struct frsp_build *build,
			 struct frsp_memory *memory, u32 max_clusters);

/*
 * Takes all extents out of the tree, in bounded time, and leaves them below
 * *condemned (by_start links) for frsp_extents_free(). LOADED groups become
 * SUMMARY with their longest extent where that is among the
 * FRSP_TREE_DROP_VISITS longest of the tree, else with the longest of their
 * first ones; a build is given up, and its group is UNKNOWN. distrust: a
 * group that becomes UNKNOWN whatever is found (FRSP_TREE_MISMATCH), or -1.
 */
#define FRSP_TREE_DROP_VISITS 4096
void frsp_tree_drop(struct frsp_tree *tree, int distrust,
		    struct rb_root *condemned);

/*
 * The longest free extent that is known: of the extents, or of a SUMMARY.
 * Returns its length, 0: none; *start is a position in the tree.
 */
u32 frsp_tree_longest(const struct frsp_tree *tree, u32 *start);
/* The UNKNOWN group with the most free clusters; -1, and *free 0: none. */
int frsp_tree_promising(const struct frsp_tree *tree, u32 *free);

/* The free extent that holds a position, or NULL. */
struct frsp_extent *frsp_tree_find(const struct frsp_tree *tree, u32 position);
/* The free extent that holds a position or is the first behind it, or NULL. */
struct frsp_extent *frsp_tree_next(const struct frsp_tree *tree, u32 position);
/*
 * The next extent behind or in front of another one, by start, whose length is
 * of no lower frsp_len_class() than len; so none that has len is passed over,
 * and one that is found and has less is less than 1 % shorter. NULL: there is
 * none. The caller holds the lock of its tree.
 */
struct frsp_extent *frsp_tree_long_behind(const struct frsp_extent *extent,
					  u32 len);
struct frsp_extent *frsp_tree_long_before(const struct frsp_extent *extent,
					  u32 len);
/* The extent with the smallest (len, start) that is >= (len, start), or NULL. */
struct frsp_extent *frsp_tree_fit(const struct frsp_tree *tree, u32 len,
				  u32 start);

#endif
