// SPDX-License-Identifier: GPL-2.0-only
/* Allocation that can be made to fail, and that counts leaks: see slab.h. */
#include <linux/slab.h>

#include <stdlib.h>
#include <string.h>

long frsp_shim_allocs_left = -1;
long frsp_shim_n_allocated;

static void *allocate(size_t size, int fill, long *n_given)
{
	void *object;

	if (!frsp_shim_allocs_left)
		return NULL;
	object = malloc(size);
	if (!object)
		abort();
	if (frsp_shim_allocs_left > 0)
		frsp_shim_allocs_left--;
	++*n_given;
	return memset(object, fill, size);
}

void *kmalloc(size_t size, gfp_t gfp)
{
	(void)gfp;
	return allocate(size, 0xa5, &frsp_shim_n_allocated);
}

void *kzalloc(size_t size, gfp_t gfp)
{
	(void)gfp;
	return allocate(size, 0, &frsp_shim_n_allocated);
}

void kfree(const void *object)
{
	frsp_shim_n_allocated -= !!object;
	free((void *)object);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	(void)gfp;
	return allocate(cache->object_size, 0xa5, &cache->n_objects);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	cache->n_objects--;
	free(object);
}
