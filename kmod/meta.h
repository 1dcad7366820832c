/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The meta-tree of a filesystem: it has two values of each tree. "longest" is
 * the length of the longest free extent that is known in the tree. "promise" is
 * the greatest number of free clusters in an UNKNOWN group of the tree, an
 * upper bound of what loading that group may find. Both values stay when the
 * extents are evicted.
 *
 * For example, a request wants 500 clusters, and its goal is in tree 7:
 * meta_fit() returns the tree nearest to 7 whose longest extent has 500
 * clusters or more. If there is none, meta_promise() returns the nearest tree
 * with an UNKNOWN group that may have them.
 *
 * Trees cover neighbouring parts of the disk in order, so the nearest index is
 * the nearest place.
 *
 * Lock order: ext4's group lock > tree->lock > meta->lock. Only changes take
 * the meta lock. Searches take no lock: the answer is a hint, as the tree may
 * change before the caller picks in it.
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
	spinlock_t lock; /* guards what is in the arrays */
	/* replaced as a whole, under RCU, when the filesystem grows */
	struct frsp_meta_arrays __rcu *arrays;
};

void frsp_meta_init(struct frsp_meta *meta);
/*
 * Makes room for n_trees trees; the values of existing ones stay. One call at a
 * time; the first one comes before any function below. May sleep. 0 or -ENOMEM.
 */
int frsp_meta_grow(struct frsp_meta *meta, u32 n_trees);
void frsp_meta_free(struct frsp_meta *meta);
/*
 * Updates the values of a tree. The caller holds tree->lock and not meta->lock.
 * Takes the meta lock only if a value has changed.
 */
void frsp_meta_update(struct frsp_meta *meta, struct frsp_tree *tree);

/*
 * The index of the tree nearest to near that meets a condition; -1: none does.
 *
 *   fit       its longest extent is at least len; not near itself
 *   longest   it has the longest extent of all, whose length becomes *len
 *   promise   its promise is at least len, and at least half of the highest:
 *             a group with few more free clusters than the request wants hardly
 *             has them in one piece
 *
 * No lock is taken. While another task updates a tree, the answer may be a tree
 * that does not meet the condition any more, or an index of no tree, or miss a
 * tree that does.
 */
int frsp_meta_fit(const struct frsp_meta *meta, u32 len, u32 near);
int frsp_meta_longest(const struct frsp_meta *meta, u32 *len, u32 near);
int frsp_meta_promise(const struct frsp_meta *meta, u32 len, u32 near);

#endif
