/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One free extent, and the memory that all extents of a filesystem may take.
 *
 * Every extent comes from one struct frsp_memory, which counts the bytes and
 * refuses an extent that would exceed the cap. The count falls only when
 * extents are freed: to make room, the caller evicts trees (memory.c).
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
		struct llist_node condemned; /* root of dropped extents */
	};
	u32 start;    /* position in the tree */
	u32 len : 21; /* clusters, > 0 */
	/* the greatest frsp_len_class() in its subtree by start */
	u32 longest : 11;
};

/*
 * The most clusters of an extent, so of a group: ext4's have 8 * 65536 at most.
 */
#define FRSP_EXTENT_MAX (1U << 20)

/* There may be millions: each byte counts. */
_Static_assert(sizeof(struct frsp_extent) == 2 * sizeof(struct rb_node) + 8,
	       "struct frsp_extent has grown");

/*
 * A length in 11 bits. A longer length never has a lower class, and two lengths
 * that differ by 1 % or more have different ones. Up to 255 the class is the
 * length; above, it is a float with 8 significant bits: 1000 and 1003 have the
 * same class, 1004 has the next one.
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
 * Allocates an extent; NULL: the cap is reached, or there is no memory. May be
 * called with spinlocks held if gfp is GFP_ATOMIC. used_bytes may exceed the
 * cap by one extent per CPU, for the instant in which a refused allocation is
 * undone.
 */
struct frsp_extent *frsp_extent_alloc(struct frsp_memory *memory, gfp_t gfp);
void frsp_extent_free(struct frsp_memory *memory, struct frsp_extent *extent);

/*
 * Frees all extents below a root of by_start links that no tree refers to any
 * more. May sleep, and lets other tasks run now and then.
 */
void frsp_extents_free(struct frsp_memory *memory, struct rb_root *by_start);

#endif
