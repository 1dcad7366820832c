/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The free-space tree of one flexible block group: its free extents, and what
 * is known of each group in it.
 *
 * Units are clusters. A position in a tree counts from the first cluster of its
 * first group; a position in a group counts from the first cluster of that
 * group. A filesystem may have no flexible groups, or groups that are too small
 * or too large; frsp_tree_span_log2() then says how many groups a tree covers.
 *
 * For example, with groups of 32768 clusters and trees of 16 groups, cluster 5
 * of group 17 is in tree 1, in its group 1, at position 32768 + 5.
 *
 * The state of a group says what is known of it:
 *
 *   UNKNOWN   only how many clusters are free
 *   SUMMARY   also one free extent, the longest that is known
 *   LOADING   its extents are being inserted, a chunk at a time, from a copy
 *             of the bitmap; changes below the mark go to the extents, changes
 *             above it to the copy
 *   LOADED    every free extent is in the tree
 *   BAD       its bitmap cannot be trusted: never offered
 *
 * Every function that takes a tree needs tree->lock held by the caller, unless
 * its comment says otherwise. Only frsp_tree_new() sleeps. Only frsp_tree_new()
 * and the insertion of an extent allocate memory. This file knows nothing of
 * ext4 and builds in user space, too.
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
	u32 longest_len : 27; /* SUMMARY only; 0: full */
	u32 was_loaded : 1;   /* it was LOADED at some time */
	u32 state : 4;	      /* enum frsp_group_state */
};

/* The group that is LOADING, at most one per tree. */
struct frsp_build {
	u32 group;	       /* index in the tree */
	u32 built;	       /* clusters below this mark are in the tree */
	bool is_reload;	       /* the group was LOADED before: set by begin */
	unsigned long *bitmap; /* ours; set bit: in use */
};

struct frsp_tree {
	spinlock_t lock; /* guards fields that name no other lock */
	struct rb_root by_start;
	struct rb_root by_len;
	struct list_head offers;  /* struct frsp_offer, pick.h */
	struct frsp_room *rooms;  /* array of FRSP_ROOMS, or NULL: pick.h */
	u32 n_rooms;		  /* used entries of it; the latest first */
	struct frsp_build *build; /* NULL: nothing is LOADING */

	/* the values that the meta-tree has of this tree: meta.h */
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
	u32 extents;	    /* how many are in the tree */
	u32 group_clusters; /* of each group, except perhaps the last */
	u32 last_group_clusters;
	u32 n_groups;
	u32 n_known;  /* groups that are SUMMARY, LOADING or LOADED */
	u32 n_loaded; /* groups that are LOADED */
	u32 n_bad;    /* groups that are BAD */
	struct frsp_group groups[];
};

/* The most clusters that a tree may have, so that sums of positions fit u32. */
#define FRSP_TREE_MAX_CLUSTERS (1U << 30)

/*
 * How many groups a tree covers, as a power of two: all groups of a flexible
 * group, but 16 where there are no flexible groups (log_flex 0) or larger ones,
 * and fewer where more would pass FRSP_TREE_MAX_CLUSTERS. The limit exists
 * because an event may look at all groups of a tree, and all of them share one
 * lock.
 */
u32 frsp_tree_span_log2(u32 log_flex, u32 group_clusters);

/*
 * Makes a tree of n_groups UNKNOWN groups with nothing free, or returns NULL.
 * Sleeps if gfp allows it. last_group_clusters: length of the last group, which
 * may be shorter than the others.
 */
struct frsp_tree *frsp_tree_new(u32 index, u32 n_groups, u32 group_clusters,
				u32 last_group_clusters, gfp_t gfp);
/*
 * Frees an empty tree (no extents) that is neither in the meta-tree nor on an
 * LRU list.
 */
void frsp_tree_free(struct frsp_tree *tree);

u32 frsp_tree_group_clusters(const struct frsp_tree *tree, u32 group);

/*
 * What an event did to the tree. After any result but FRSP_TREE_DONE the tree
 * is out of date, and the caller must call frsp_tree_drop() at once.
 */
enum frsp_tree_result {
	FRSP_TREE_DONE,
	FRSP_TREE_NO_MEMORY, /* no memory for an extent, or the cap is reached */
	FRSP_TREE_MISMATCH,  /* ext4 and the tree disagree on the group */
};

/*
 * ext4 took, or freed, [start, start + len) of a group. free_before: the
 * group's free clusters as ext4 counted them before the change; where the group
 * is LOADED, a count that differs from ours is a mismatch.
 *
 * In a SUMMARY group the longest extent follows the change as far as possible;
 * if nothing of it is left, the group becomes UNKNOWN. In UNKNOWN and BAD
 * groups only the count changes. After FRSP_TREE_NO_MEMORY the tree lacks the
 * shorter part of an extent that was split, or the clusters that were freed;
 * all else in it is right, so no group need be distrusted.
 */
enum frsp_tree_result frsp_tree_used(struct frsp_tree *tree,
				     struct frsp_memory *memory, u32 group,
				     u32 start, u32 len, u32 free_before);
enum frsp_tree_result frsp_tree_freed(struct frsp_tree *tree,
				      struct frsp_memory *memory, u32 group,
				      u32 start, u32 len, u32 free_before);

/*
 * ext4 has just built this bitmap for the whole group (set bit: in use;
 * little-endian bits, as ext4 has them). UNKNOWN, SUMMARY and BAD groups become
 * a SUMMARY of it. A LOADED group is compared with it (an audit), a LOADING
 * group only below the mark; above the mark the bitmap replaces the copy, and
 * the build goes on.
 */
enum frsp_tree_result frsp_tree_regenerated(struct frsp_tree *tree, u32 group,
					    const void *bitmap);

/*
 * Sets the free count of a group from its descriptor. If the whole group is
 * free it becomes a SUMMARY. Changes an UNKNOWN group only.
 */
void frsp_tree_set_free(struct frsp_tree *tree, u32 group, u32 free);
/*
 * Makes an UNKNOWN group a SUMMARY, from a saved summary or a descriptor. Does
 * nothing if the numbers contradict each other, or in any other state.
 */
void frsp_tree_set_summary(struct frsp_tree *tree, u32 group, u32 free,
			   u32 longest_start, u32 longest_len);
/*
 * Nothing of the group is offered again until its bitmap is regenerated. If the
 * group is LOADING or LOADED, the caller must drop the tree first.
 */
void frsp_tree_set_bad(struct frsp_tree *tree, u32 group);

/*
 * Loading a group.
 *
 * begin: starts a build. build->bitmap holds the group's bitmap, copied under
 * ext4's group lock, which the caller still holds; free is the number of its
 * clear bits. False: another build is going on in the tree, or the group is
 * LOADED or BAD.
 *
 * step: inserts the extents of the next max_clusters clusters. 1: there is more
 * to do. 0: done; the group is LOADED and tree->build is NULL. -ENOMEM: the
 * caller must drop the tree. -ECANCELED: a drop has ended the build meanwhile.
 * The caller may release the lock between steps.
 */
bool frsp_tree_build_begin(struct frsp_tree *tree, struct frsp_build *build,
			   u32 free);
int frsp_tree_build_step(struct frsp_tree *tree, struct frsp_build *build,
			 struct frsp_memory *memory, u32 max_clusters);

/*
 * Takes all extents out of the tree, in bounded time, and leaves them below
 * *condemned (linked by by_start) for frsp_extents_free().
 *
 * A LOADED group becomes a SUMMARY with its longest extent, if that is among
 * the FRSP_TREE_DROP_VISITS longest of the tree; otherwise with the longest of
 * its first extents. A build ends, and its group becomes UNKNOWN. distrust: a
 * group that becomes UNKNOWN in any case (FRSP_TREE_MISMATCH), or -1.
 */
#define FRSP_TREE_DROP_VISITS 4096
void frsp_tree_drop(struct frsp_tree *tree, int distrust,
		    struct rb_root *condemned);

/*
 * The longest free extent that is known, in the tree or in a SUMMARY. Returns
 * its length, 0: none; *start is a position in the tree.
 */
u32 frsp_tree_longest(const struct frsp_tree *tree, u32 *start);
/*
 * The UNKNOWN group with the most free clusters; -1, and *free 0: there is
 * none.
 */
int frsp_tree_promising(const struct frsp_tree *tree, u32 *free);

/* The free extent that contains a position, or NULL. */
struct frsp_extent *frsp_tree_find(const struct frsp_tree *tree, u32 position);
/*
 * The free extent that contains a position, else the first one behind it, or
 * NULL.
 */
struct frsp_extent *frsp_tree_next(const struct frsp_tree *tree, u32 position);
/*
 * The next extent behind another one, or before it, by start, whose
 * frsp_len_class() is at least that of len; NULL: there is none. So no extent
 * of length len or more is missed; an extent that is returned may be shorter
 * than len, by less than 1 %. The caller holds the lock of the extent's tree.
 */
struct frsp_extent *frsp_tree_long_behind(const struct frsp_extent *extent,
					  u32 len);
struct frsp_extent *frsp_tree_long_before(const struct frsp_extent *extent,
					  u32 len);
/* The extent with the smallest (len, start) that is >= (len, start), or NULL. */
struct frsp_extent *frsp_tree_fit(const struct frsp_tree *tree, u32 len,
				  u32 start);

#endif
