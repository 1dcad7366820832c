// SPDX-License-Identifier: GPL-2.0-only
/*
 * A tree's own meta_longest and meta_promise are copies of what stands in the
 * arrays. They are written under tree->lock and meta->lock, so the holder of
 * either may read them.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "meta.h"

void frsp_meta_init(struct frsp_meta *meta)
{
	spin_lock_init(&meta->lock);
	meta->longest = (struct frsp_peaks){};
	meta->promise = (struct frsp_peaks){};
}

void frsp_meta_free(struct frsp_meta *meta)
{
	kvfree(meta->longest.peak);
	kvfree(meta->promise.peak);
}

int frsp_meta_grow(struct frsp_meta *meta, u32 n_trees)
{
	struct frsp_peaks old_longest = meta->longest;
	struct frsp_peaks old_promise = meta->promise;
	u32 size = roundup_pow_of_two(n_trees);
	u32 *longest, *promise;

	if (size <= old_longest.size)
		return 0;
	longest = kvcalloc(2 * size, sizeof(*longest), GFP_KERNEL);
	promise = kvcalloc(2 * size, sizeof(*promise), GFP_KERNEL);
	if (!longest || !promise) {
		kvfree(longest);
		kvfree(promise);
		return -ENOMEM;
	}
	spin_lock(&meta->lock);
	frsp_peaks_init(&meta->longest, size, longest, &old_longest);
	frsp_peaks_init(&meta->promise, size, promise, &old_promise);
	spin_unlock(&meta->lock);
	kvfree(old_longest.peak);
	kvfree(old_promise.peak);
	return 0;
}

void frsp_meta_update(struct frsp_meta *meta, struct frsp_tree *tree)
{
	u32 start, promise;
	u32 longest = frsp_tree_longest(tree, &start);

	frsp_tree_promising(tree, &promise);
	if (longest == tree->meta_longest && promise == tree->meta_promise)
		return;
	spin_lock(&meta->lock);
	tree->meta_longest = longest;
	tree->meta_promise = promise;
	frsp_peaks_set(&meta->longest, tree->index, longest);
	frsp_peaks_set(&meta->promise, tree->index, promise);
	spin_unlock(&meta->lock);
}

int frsp_meta_fit(const struct frsp_meta *meta, u32 len, u32 near)
{
	return frsp_peaks_next_to(&meta->longest, max(len, 1U), near);
}

int frsp_meta_longest(const struct frsp_meta *meta, u32 *len, u32 near)
{
	*len = frsp_peaks_top(&meta->longest);
	return *len ? frsp_peaks_nearest(&meta->longest, *len, near) : -1;
}

int frsp_meta_promise(const struct frsp_meta *meta, u32 len, u32 near)
{
	u32 half = frsp_peaks_top(&meta->promise) / 2;

	return frsp_peaks_nearest(&meta->promise, max3(len, half, 1U), near);
}
