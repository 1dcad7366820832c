/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Busy extents: freed clusters that ext4 cannot allocate yet, because the
 * transaction that frees them has not committed. Each tree has its own, in an
 * rbtree by position that grows as needed; the caller serialises all access.
 *
 * For example, transaction 7 frees 100+10 and 110+5: they become one extent
 * 100+15. Transaction 8 frees 115+5: a second extent. When 7 has committed,
 * ext4 makes 100+15 allocatable, and frsp_busy_remove() removes it.
 *
 * Busy extents are never offered as a goal: the free-space trees hold only what
 * ext4 can allocate now. This file builds in user space, too.
 */
#ifndef FRSP_BUSY_H
#define FRSP_BUSY_H

#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/types.h>

struct frsp_busy_extent {
	struct rb_node node; /* by start */
	u32 start;	     /* position in the tree */
	u32 len;	     /* clusters */
	u32 tid;	     /* the transaction that frees it */
};

/* One per tree. */
struct frsp_busy {
	struct rb_root extents;
	u32 n_extents;
	u32 n_clusters;
};

/*
 * Adds [start, start + len), freed by transaction tid, and merges it with
 * neighbours of the same tid. It replaces what was busy there before. gfp: as
 * the caller may allocate. 0, or -ENOMEM and nothing has changed.
 */
int frsp_busy_add(struct frsp_busy *busy, u32 start, u32 len, u32 tid,
		  gfp_t gfp);
/*
 * Removes [start, start + len), which became allocatable. Where that would
 * split an extent and there is no memory, the rear part of the extent is
 * removed, too. Returns how many clusters of the range were busy.
 */
u32 frsp_busy_remove(struct frsp_busy *busy, u32 start, u32 len, gfp_t gfp);
/*
 * Removes the extents of transactions up to tid, which stayed because a free
 * failed half-way. tids are compared as jbd2 does, modulo 2^32. Looks at n
 * extents from *position on, and moves *position behind them; it is 0 at the
 * first call. False: there are no more extents.
 */
bool frsp_busy_expire(struct frsp_busy *busy, u32 tid, u32 *position, u32 n);
void frsp_busy_clear(struct frsp_busy *busy);

#endif
