// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree->meta_longest and tree->meta_promise are copies of the tree's values in
 * the arrays, written under tree->lock. frsp_meta_grow() replaces the arrays
 * under meta->lock, which the writers of values hold, too; the old arrays are
 * freed when their readers, which are under RCU, have finished.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "meta.h"

void frsp_meta_init(struct frsp_meta *meta)
{
	spin_lock_init(&meta->lock);
	RCU_INIT_POINTER(meta->arrays, NULL);
}

void frsp_meta_free(struct frsp_meta *meta)
{
	kvfree(rcu_dereference_protected(meta->arrays, 1));
}

/* Arrays with all values 0, or NULL. */
static struct frsp_meta_arrays *arrays_new(u32 size)
{
	struct frsp_meta_arrays *arrays;
	struct frsp_peaks none = {};

	arrays = kvzalloc(struct_size(arrays, memory, 4 * (size_t)size),
			  GFP_KERNEL);
	if (!arrays)
		return NULL;
	frsp_peaks_init(&arrays->longest, size, arrays->memory, &none);
	frsp_peaks_init(&arrays->promise, size, arrays->memory + 2 * size,
			&none);
	return arrays;
}

int frsp_meta_grow(struct frsp_meta *meta, u32 n_trees)
{
	struct frsp_meta_arrays *old, *new;
	u32 size = roundup_pow_of_two(n_trees);

	/*
	 * Only this function replaces the arrays, and it runs once at a time.
	 */
	old = rcu_dereference_protected(meta->arrays, 1);
	if (old && size <= old->longest.size)
		return 0;
	new = arrays_new(size);
	if (!new)
		return -ENOMEM;
	spin_lock(&meta->lock);
	if (old) {
		frsp_peaks_init(&new->longest, size, new->longest.peak,
				&old->longest);
		frsp_peaks_init(&new->promise, size, new->promise.peak,
				&old->promise);
	}
	rcu_assign_pointer(meta->arrays, new);
	spin_unlock(&meta->lock);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

void frsp_meta_update(struct frsp_meta *meta, struct frsp_tree *tree)
{
	u32 start, promise;
	u32 longest = frsp_tree_longest(tree, &start);
	struct frsp_meta_arrays *arrays;

	frsp_tree_promising(tree, &promise);
	if (longest == tree->meta_longest && promise == tree->meta_promise)
		return;
	spin_lock(&meta->lock);
	arrays = rcu_dereference_protected(meta->arrays,
					   lockdep_is_held(&meta->lock));
	if (longest != tree->meta_longest)
		frsp_peaks_set(&arrays->longest, tree->index, longest);
	if (promise != tree->meta_promise)
		frsp_peaks_set(&arrays->promise, tree->index, promise);
	spin_unlock(&meta->lock);
	tree->meta_longest = longest;
	tree->meta_promise = promise;
}

int frsp_meta_fit(const struct frsp_meta *meta, u32 len, u32 near)
{
	int index;

	rcu_read_lock();
	index = frsp_peaks_next_to(&rcu_dereference(meta->arrays)->longest,
				   max(len, 1U), near);
	rcu_read_unlock();
	return index;
}

int frsp_meta_longest(const struct frsp_meta *meta, u32 *len, u32 near)
{
	const struct frsp_peaks *longest;
	int index;

	rcu_read_lock();
	longest = &rcu_dereference(meta->arrays)->longest;
	*len = frsp_peaks_top(longest);
	index = *len ? frsp_peaks_nearest(longest, *len, near) : -1;
	rcu_read_unlock();
	return index;
}

int frsp_meta_promise(const struct frsp_meta *meta, u32 len, u32 near)
{
	const struct frsp_peaks *promise;
	u32 half;
	int index;

	rcu_read_lock();
	promise = &rcu_dereference(meta->arrays)->promise;
	half = frsp_peaks_top(promise) / 2;
	index = frsp_peaks_nearest(promise, max3(len, half, 1U), near);
	rcu_read_unlock();
	return index;
}
