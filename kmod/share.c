// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory each filesystem's extents may take, as long as nobody says
 * otherwise.
 *
 * The RFC's maximum is what the buddy bitmaps of all groups take (2 blocks
 * each); here at least a tree of the worst case, in which every other cluster
 * is free. All filesystems together have no more than 1/64 of the machine's
 * memory: where their maxima would be more, each has a share of that in
 * proportion. What is in memory anyhow, the index, is taken off its share.
 *
 * For example: of 64 MiB, two filesystems that want 96 MiB and 32 MiB get
 * 48 MiB and 16 MiB. When the smaller one is unmounted, the other gets 64 MiB.
 *
 * Who is given a cap by mb_frsp_max_mem has that, and takes no part in this.
 */
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "frsp.h"

#define PART_OF_MEMORY 64

/* Nobody waits for I/O with it. */
static DEFINE_MUTEX(share_mutex);
static LIST_HEAD(all); /* frsp_fs.share */

static u64 wanted(struct frsp_fs *fs)
{
	u32 n_groups = READ_ONCE(fs->n_groups);
	u64 buddies = (u64)n_groups << (fs->sb->s_blocksize_bits + 1);
	u64 in_tree = min(n_groups, 1U << fs->span_log2);
	u64 tree =
		in_tree * (fs->group_clusters / 2) * sizeof(struct frsp_extent);

	return max(buddies, tree);
}

static void set_share(struct frsp_fs *fs, u64 bytes)
{
	u64 index = frsp_fs_index_bytes(fs);
	u64 cap = max(bytes - min(index, bytes / 2), 1ULL);
	bool less = cap < READ_ONCE(fs->memory.max_bytes);

	WRITE_ONCE(fs->memory.max_bytes, cap);
	if (less)
		frsp_loader_kick(fs);
	else
		frsp_loader_retry(fs);
}

static void divide(void)
{
	u64 limit = (u64)totalram_pages() * PAGE_SIZE / PART_OF_MEMORY;
	struct frsp_fs *fs;
	u64 sum = 0;

	list_for_each_entry (fs, &all, share)
		if (!fs->cap_is_given)
			sum += wanted(fs);
	list_for_each_entry (fs, &all, share)
		if (!fs->cap_is_given)
			set_share(fs,
				  sum <= limit
					  ? wanted(fs)
					  : mul_u64_u64_div_u64(wanted(fs),
								limit, sum));
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
