// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory the extents of each filesystem may take, unless an
 * administrator sets it.
 *
 * Each filesystem wants the RFC's maximum, which is what the buddy bitmaps of
 * all groups take (2 blocks each), but at least one tree of the worst case, in
 * which every other cluster is free. All filesystems together have 1/64 of the
 * machine's memory. A filesystem that wants no more than an equal part of that
 * gets what it wants; the others divide the rest in the same way. The index,
 * which is in memory in any case, is taken off a share, up to half of the
 * share; of what is left, busy extents have a ninth, which is an eighth of the
 * cap.
 *
 * For example, three filesystems want 6, 40 and 80 MiB, and there are 64 MiB.
 * An equal part is 21 MiB, so the first one gets its 6 MiB, and each of the
 * others 29 MiB. When the last one is unmounted, the second one gets its 40
 * MiB.
 *
 * A filesystem whose cap was set by mb_frsp_max_mem keeps that cap, and takes
 * no part in this.
 */
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "frsp.h"

#define PART_OF_MEMORY 64

/* No task waits for I/O while it holds this. */
static DEFINE_MUTEX(share_mutex);
static LIST_HEAD(all); /* frsp_fs.share */

static u64 wanted(struct frsp_fs *fs)
{
	u32 n_groups = READ_ONCE(fs->n_groups);
	u64 buddies = (u64)n_groups << (fs->sb->s_blocksize_bits + 1);
	u64 in_tree = min(n_groups, 1U << fs->span_log2);
	u64 tree =
		in_tree * (fs->group_clusters / 2) * sizeof(struct frsp_extent);

	return max(buddies, tree) / FRSP_BUSY_PART * (FRSP_BUSY_PART + 1);
}

/*
 * Evicts before it lowers the cap: a tree that is used over the cap loses its
 * extents.
 */
static void set_share(struct frsp_fs *fs, u64 bytes)
{
	u64 index = frsp_trees_index_bytes(fs);
	u64 old = READ_ONCE(fs->memory.max_bytes);
	u64 both = bytes - min(index, bytes / 2);
	u64 cap = max(both - div_u64(both, FRSP_BUSY_PART + 1), 1ULL);

	if (cap < old)
		frsp_memory_reclaim(fs, cap - cap / 8, NULL);
	WRITE_ONCE(fs->memory.max_bytes, cap);
	if (cap < old)
		frsp_loader_kick(fs);
	if (cap > old)
		frsp_loader_retry(fs);
}

/*
 * Gives a share to the filesystems that want at most limit. True: to one at
 * least.
 */
static bool serve(u64 limit, u64 *rest, u32 *n)
{
	struct frsp_fs *fs;
	bool served = false;
	u64 bytes;

	list_for_each_entry (fs, &all, share) {
		bytes = wanted(fs);
		if (fs->is_served || bytes > limit)
			continue;
		fs->is_served = true;
		set_share(fs, bytes);
		*rest -= min(bytes, *rest);
		(*n)--;
		served = true;
	}
	return served;
}

static void divide(void)
{
	u64 rest = (u64)totalram_pages() * PAGE_SIZE / PART_OF_MEMORY;
	struct frsp_fs *fs;
	u32 n = 0;

	list_for_each_entry (fs, &all, share) {
		fs->is_served = fs->cap_is_given;
		n += !fs->is_served;
	}
	while (n && serve(div_u64(rest, n), &rest, &n))
		;
	list_for_each_entry (fs, &all, share)
		if (!fs->is_served)
			set_share(fs, div_u64(rest, n));
}

void frsp_share_join(struct frsp_fs *fs)
{
	mutex_lock(&share_mutex);
	list_add(&fs->share, &all);
	divide();
	mutex_unlock(&share_mutex);
}

void frsp_share_leave(struct frsp_fs *fs)
{
	mutex_lock(&share_mutex);
	list_del(&fs->share);
	divide();
	mutex_unlock(&share_mutex);
}

void frsp_share_update(void)
{
	mutex_lock(&share_mutex);
	divide();
	mutex_unlock(&share_mutex);
}

void frsp_share_give(struct frsp_fs *fs, u64 max_bytes)
{
	mutex_lock(&share_mutex);
	fs->cap_is_given = true;
	WRITE_ONCE(fs->memory.max_bytes, max_bytes);
	divide();
	mutex_unlock(&share_mutex);
	if (max_bytes)
		frsp_memory_shrink(fs, max_bytes);
	frsp_loader_retry(fs);
}
