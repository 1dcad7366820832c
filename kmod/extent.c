// SPDX-License-Identifier: GPL-2.0-only
#include <linux/sched.h>

#include "extent.h"

struct frsp_extent *frsp_extent_alloc(struct frsp_memory *memory, gfp_t gfp)
{
	u64 max_bytes = READ_ONCE(memory->max_bytes);
	struct frsp_extent *extent = NULL;
	u64 used_bytes;

	used_bytes = atomic64_add_return(sizeof(*extent), &memory->used_bytes);
	if (!max_bytes || used_bytes <= max_bytes)
		extent = kmem_cache_alloc(memory->cache, gfp);
	if (!extent)
		atomic64_sub(sizeof(*extent), &memory->used_bytes);
	return extent;
}

void frsp_extent_free(struct frsp_memory *memory, struct frsp_extent *extent)
{
	kmem_cache_free(memory->cache, extent);
	atomic64_sub(sizeof(*extent), &memory->used_bytes);
}

void frsp_extents_free(struct frsp_memory *memory, struct rb_root *by_start)
{
	struct frsp_extent *extent, *next;

	rbtree_postorder_for_each_entry_safe (extent, next, by_start,
					      by_start) {
		frsp_extent_free(memory, extent);
		cond_resched();
	}
	*by_start = RB_ROOT;
}
