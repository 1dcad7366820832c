/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The meta-tree: a filesystem's trees by the longest free extent that is known
 * in each, and by promise, the free clusters of the fullest-looking UNKNOWN
 * group: an upper bound of what loading it may find. Entries outlive the
 * eviction of extents.
 *
 * Lock order: ext4's group lock > tree->lock > meta->lock. A pick only
 * try-locks it.
 */
#ifndef FRSP_META_H
#define FRSP_META_H

#include "tree.h"

struct frsp_meta {
	spinlock_t lock;
	struct rb_root by_longest; /* by (meta_longest, index) */
	struct rb_root by_promise; /* by (meta_promise, index) */
};

void frsp_meta_init(struct frsp_meta *meta);
/*
 * Brings the tree's place up to date; the caller holds tree->lock and not
 * meta->lock. A tree without known free space, or without UNKNOWN groups, has
 * no place in that order. Takes the meta lock only if something changed.
 */
void frsp_meta_update(struct frsp_meta *meta, struct frsp_tree *tree);

/*
 * For the holder of meta->lock. The index of a tree, -1: none.
 * fit: the nearest to near_index of FRSP_META_CANDIDATES trees whose longest
 * extent is at least len: those with the shortest such, from near_index on, and
 * then longer ones. longest: the tree with the longest extent, of *len.
 * promise: the tree with the highest promise, if that is at least len.
 */
#define FRSP_META_CANDIDATES 16
int frsp_meta_fit(const struct frsp_meta *meta, u32 len, u32 near_index);
int frsp_meta_longest(const struct frsp_meta *meta, u32 *len);
int frsp_meta_promise(const struct frsp_meta *meta, u32 len);

#endif
