/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The meta-tree: of each tree of a filesystem, the longest free extent that is
 * known, and its promise: the free clusters of the fullest-looking UNKNOWN
 * group, an upper bound of what loading it may find. Both outlive the eviction
 * of extents.
 *
 * Trees stand for neighbouring parts of the disk, so the nearest index is the
 * nearest place.
 *
 * Lock order: ext4's group lock > tree->lock > meta->lock. Only changes take
 * the meta lock. Who asks takes none: its answer is a hint, as the tree may
 * change before the pick in it.
 */
#ifndef FRSP_META_H
#define FRSP_META_H

#include <linux/rcupdate.h>

#include "peaks.h"
#include "tree.h"

struct frsp_meta_arrays {
	struct rcu_head rcu;
	struct frsp_peaks longest; /* by index of the tree */
	struct frsp_peaks promise;
	u32 memory[];
};

struct frsp_meta {
	spinlock_t lock;
	/* replaced as a whole, under RCU, when the filesystem grows */
	struct frsp_meta_arrays __rcu *arrays;
};

void frsp_meta_init(struct frsp_meta *meta);
/*
 * Room for n_trees, which are not too many by then; one call at a time, the
 * first before all below. May sleep. 0 or -ENOMEM.
 */
int frsp_meta_grow(struct frsp_meta *meta, u32 n_trees);
void frsp_meta_free(struct frsp_meta *meta);
/*
 * Brings what is known of the tree up to date; the caller holds tree->lock and
 * not meta->lock. Takes the meta lock only if something changed.
 */
void frsp_meta_update(struct frsp_meta *meta, struct frsp_tree *tree);

/*
 * The index of the tree nearest to near, -1: none. Without a lock: while
 * another task brings a tree up to date, the index may be that of a tree which
 * has less, or of none, or what is there is missed. fit: whose longest extent
 * is at least len, but near itself. longest: that has the longest extent of
 * all, of *len. promise: whose promise is at least len, and at least half of
 * the highest: a group with few free clusters more than it takes hardly has
 * them side by side.
 */
int frsp_meta_fit(const struct frsp_meta *meta, u32 len, u32 near);
int frsp_meta_longest(const struct frsp_meta *meta, u32 *len, u32 near);
int frsp_meta_promise(const struct frsp_meta *meta, u32 len, u32 near);

#endif
