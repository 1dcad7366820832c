/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Busy extents: freed clusters that cannot be allocated yet, because the
 * transaction that frees them has not committed. Per tree, in an rbtree by
 * position that grows with need; the caller keeps others out.
 *
 * Nothing here is ever offered as a goal: the free-space trees hold only what
 * ext4 can allocate now. Builds in user space, too.
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
	u32 tid;	     /* transaction that frees it */
};

/* One per tree. */
struct frsp_busy {
	struct rb_root extents;
	u32 n_extents;
	u32 n_clusters;
};

/*
 * Adds [start, start + len), freed by tid, merging with neighbours of the same
 * tid. What was busy there before is replaced. gfp as the caller can. 0 or
 * -ENOMEM, when nothing has changed.
 */
int frsp_busy_add(struct frsp_busy *busy, u32 start, u32 len, u32 tid,
		  gfp_t gfp);
/*
 * [start, start + len) became allocatable: what was busy there is not any more.
 * Where an extent would be split and there is no memory for it, its rear part
 * goes, too. Returns how many clusters of the range were busy.
 */
u32 frsp_busy_remove(struct frsp_busy *busy, u32 start, u32 len, gfp_t gfp);
/*
 * Removes what transactions up to tid left behind (a free that failed
 * half-way); tids are compared as jbd2 does, modulo 2^32. Looks at n extents
 * from *position on, 0 to begin with, and moves that on; false: there are no
 * more.
 */
bool frsp_busy_expire(struct frsp_busy *busy, u32 tid, u32 *position, u32 n);
void frsp_busy_clear(struct frsp_busy *busy);

#endif
