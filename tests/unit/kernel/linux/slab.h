/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory allocation that can be made to fail, and that counts leaks. */
#ifndef FRSP_SHIM_SLAB_H
#define FRSP_SHIM_SLAB_H

#include <linux/types.h>

#define GFP_KERNEL   0x1U
#define GFP_NOFS     0x2U
#define GFP_NOWAIT   0x4U
#define GFP_ATOMIC   0x8U
#define __GFP_NOWARN 0x10U

struct kmem_cache {
	size_t object_size;
	long n_objects;
};

/* The number of allocations that succeed from now on; negative: all. */
extern long frsp_shim_allocs_left;
/* The number of allocations by kmalloc() and the like without a kfree(). */
extern long frsp_shim_n_allocated;

void *kmalloc(size_t size, gfp_t gfp);
void *kzalloc(size_t size, gfp_t gfp);
void kfree(const void *object);
#define kvzalloc(size, gfp) kzalloc(size, gfp)
#define kvfree(object)	    kfree(object)
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);
void kmem_cache_free(struct kmem_cache *cache, void *object);

#define struct_size(pointer, member, n)                                        \
	(sizeof(*(pointer)) + sizeof((pointer)->member[0]) * (n))

#endif
