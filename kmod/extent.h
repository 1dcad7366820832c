/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One free extent, and the memory that extents may take.
 *
 * Every extent of a filesystem comes from one frsp_memory, which counts bytes
 * and refuses what would pass the cap. Freeing is the only way down: who needs
 * room evicts a tree (memory.h).
 */
#ifndef FRSP_EXTENT_H
#define FRSP_EXTENT_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/log2.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/types.h>

/* A run of free clusters. It never spans two block groups. */
struct frsp_extent {
	struct rb_node by_start;
	union {
		struct rb_node by_len;	     /* by (len, start) */
		struct llist_node condemned; /* root of what a drop left */
	};
	u32 start;    /* clusters from the first of the tree */
	u32 len : 21; /* clusters, > 0 */
	/* the greatest frsp_len_class() of it and of those below it by start */
	u32 longest : 11;
};

/* Clusters of an extent, so of a group: ext4's have 8 * 65536 at most. */
#define FRSP_EXTENT_MAX (1U << 20)

/* By the million, each byte counts. */
_Static_assert(sizeof(struct frsp_extent) == 2 * sizeof(struct rb_node) + 8,
	       "struct frsp_extent has grown");

/*
 * A length in 11 bits: never less for a longer one, and different ones for two
 * that differ by 1 % or more. Up to 255 it is the length, then a float with 8
 * bits: that of 1000 is that of 1003, but not of 1004.
 */
static inline u32 frsp_len_class(u32 len)
{
	u32 shift = len > 255 ? ilog2(len) - 7 : 0;

	return 128 * shift + (len >> shift);
}

struct frsp_memory {
	struct kmem_cache *cache; /* of struct frsp_extent, shared */
	atomic64_t used_bytes;
	u64 max_bytes; /* 0: unlimited; READ_ONCE, any time */
};

/*
 * An extent, or NULL: the cap is reached or there is no memory. May be called
 * with spinlocks held when gfp is GFP_ATOMIC. used_bytes passes the cap for an
 * instant by at most one extent per CPU, while an allocation over it is undone.
 */
struct frsp_extent *frsp_extent_alloc(struct frsp_memory *memory, gfp_t gfp);
void frsp_extent_free(struct frsp_memory *memory, struct frsp_extent *extent);

/*
 * Frees all extents below a root of by_start links that no tree holds any more.
 * May sleep; gives way to others now and then.
 */
void frsp_extents_free(struct frsp_memory *memory, struct rb_root *by_start);

#endif
