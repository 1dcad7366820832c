// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading groups: their bitmaps, and their extents.
 *
 * ext4 itself reads a group's bitmap (ext4_mb_init_group(), as in its own
 * search); the hook of ext4_mb_generate_buddy() then notes what the bitmap
 * says. The extents come from the bitmap in ext4's buddy cache: it is copied
 * under the group lock, and its extents are inserted in chunks, so that no lock
 * is held for long and no change in between is lost (tree.h).
 *
 * For example, loading a group of 32768 clusters that ext4 has not read yet:
 * ext4 reads it and the group becomes a SUMMARY; its bitmap of 4 KiB is copied;
 * 16 steps insert the extents of 2048 clusters each; then the group is LOADED.
 */
#include <linux/blkdev.h>
#include <linux/buffer_head.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "frsp.h"
#include "trace.h"

#define READ_AHEAD     32   /* bitmaps, as ext4's mb_prefetch */
#define CHUNK_CLUSTERS 2048 /* inserted under one hold of the tree's lock */

/*
 * Reads the bitmaps right behind a group's bitmap on the disk, too, which costs
 * hardly more: a flexible group has the bitmaps of its groups side by side. A
 * later request for one of these groups finds the bitmap in memory
 * (buffer_uptodate() in ext4_read_block_bitmap_nowait(), fs/ext4/balloc.c, in
 * 6.1 to 7.3). That function makes the bitmap of an uninitialised group itself,
 * so none is read here for such a group.
 *
 * For example, the bitmaps of groups 16 to 31 are in blocks 1000 to 1015. Group
 * 20 wants block 1004, and 1005 to 1015 are read with it.
 */
static void read_ahead(struct frsp_fs *fs, u32 group)
{
	sector_t block = frsp_group_bitmap_block(fs->sb, group);
	u64 n_blocks = frsp_sbi_blocks(frsp_sbi(fs->sb));
	struct ext4_group_info *info;
	struct blk_plug plug;
	bool uninit;
	u32 i;

	blk_start_plug(&plug);
	for (i = 1; i < READ_AHEAD && block + i < n_blocks; i++) {
		info = frsp_group_info(fs->sb, group + i);
		if (!info ||
		    frsp_group_bitmap_block(fs->sb, group + i) != block + i)
			break;
		if (frsp_group_desc_free(fs->sb, group + i, &uninit) &&
		    !uninit &&
		    frsp_info_has(info, EXT4_GROUP_INFO_NEED_INIT_BIT))
			sb_breadahead(fs->sb, block + i);
	}
	blk_finish_plug(&plug);
}

int frsp_load_init_group(struct frsp_fs *fs, u32 group)
{
	struct ext4_group_info *info = frsp_group_info(fs->sb, group);
	int err;

	if (!info)
		return -ENOENT;
	if (!frsp_info_has(info, EXT4_GROUP_INFO_NEED_INIT_BIT))
		return 0;
	frsp_count(fs, group_reads);
	frsp_loader_be_quick(fs);
	read_ahead(fs, group);
	err = frsp_ext4_init_group(fs->sb, group, GFP_NOFS);
	frsp_loader_be_nice(fs);
	trace_frsp_group_reads(fs->sb->s_dev, group, err);
	/* If the group is corrupt, the hook has noted that. */
	if (err && err != -ENOMEM &&
	    !frsp_info_has(info, EXT4_GROUP_INFO_BBITMAP_CORRUPT_BIT))
		frsp_track_corrupted(fs->sb, group);
	return err;
}

/*
 * The page with the bitmap of a group in ext4's buddy cache, where a group
 * takes two blocks, the bitmap first. NULL: it is not there. Since 6.19 a block
 * may be larger than a page: then the block is a folio of its own
 * (ext4_mb_get_buddy_folio_lock()), and this is its first page.
 */
static struct page *buddy_page(struct frsp_fs *fs, u32 group)
{
	pgoff_t index = ((u64)group * 2 * fs->sb->s_blocksize) >> PAGE_SHIFT;

	return pagecache_get_page(
		frsp_sbi_buddy_cache(frsp_sbi(fs->sb))->i_mapping, index, 0, 0);
}

bool frsp_load_is_in_memory(struct frsp_fs *fs, u32 group)
{
	struct page *page = buddy_page(fs, group);
	bool is_in_memory = page && PageUptodate(page);

	if (page)
		put_page(page);
	return is_in_memory;
}

/*
 * The bytes of a copy of a group's bitmap: whole words, as the functions that
 * search it read words. The number of clusters may be no multiple of 8: Linux
 * 6.1 mounts such a filesystem, too.
 */
static size_t bitmap_bytes(struct frsp_fs *fs)
{
	return BITS_TO_LONGS(fs->group_clusters) * sizeof(long);
}

/*
 * Copies the group's bitmap; false: it is not in memory. Called under the group
 * lock, which all changes of the bitmap need; a page that is still mapped is
 * the one that ext4 changes.
 */
static bool copy_bitmap(struct frsp_fs *fs, struct page *page, u32 group,
			void *to)
{
	u32 size = fs->sb->s_blocksize;
	u32 offset = ((u64)group * 2 * size) & ~PAGE_MASK;

	if (READ_ONCE(page->mapping) !=
		    frsp_sbi_buddy_cache(frsp_sbi(fs->sb))->i_mapping ||
	    !PageUptodate(page))
		return false;
	memcpy(to, page_address(page) + offset, bitmap_bytes(fs));
	return true;
}

static u32 count_free(const void *bitmap, u32 clusters)
{
	return clusters - bitmap_weight(bitmap, clusters);
}

/*
 * Begins the build of a group from a copy. 0; -EAGAIN: its bitmap is not in
 * memory; -EBUSY: no build may begin.
 */
static int begin(struct frsp_fs *fs, struct frsp_tree *tree, u32 group,
		 struct frsp_build *build)
{
	struct ext4_sb_info *sbi = frsp_sbi(fs->sb);
	struct ext4_group_info *info = frsp_group_info(fs->sb, group);
	struct page *page;
	int err = -EAGAIN;

	if (!info || frsp_info_has(info, EXT4_GROUP_INFO_NEED_INIT_BIT))
		return -EAGAIN;
	page = buddy_page(fs, group);
	if (!page)
		return -EAGAIN;
	spin_lock(frsp_group_lock(sbi, group));
	if (!frsp_info_has(info, EXT4_GROUP_INFO_NEED_INIT_BIT) &&
	    !frsp_info_has(info, EXT4_GROUP_INFO_BBITMAP_CORRUPT_BIT) &&
	    copy_bitmap(fs, page, group, build->bitmap)) {
		spin_lock(&tree->lock);
		err = frsp_tree_build_begin(tree, build,
					    count_free(build->bitmap,
						       fs->group_clusters))
			      ? 0
			      : -EBUSY;
		spin_unlock(&tree->lock);
	}
	spin_unlock(frsp_group_lock(sbi, group));
	put_page(page);
	return err;
}

/*
 * Notes the group's bitmap as it is in memory now; false: it is not there.
 * Takes the group lock, under which the hook of ext4_mb_generate_buddy() runs,
 * too.
 */
static bool note_bitmap_in_memory(struct frsp_fs *fs, u32 group, void *copy)
{
	struct ext4_sb_info *sbi = frsp_sbi(fs->sb);
	struct page *page = buddy_page(fs, group);
	bool done;

	if (!page)
		return false;
	spin_lock(frsp_group_lock(sbi, group));
	done = copy_bitmap(fs, page, group, copy);
	if (done)
		frsp_track_generated(fs->sb, copy, group);
	spin_unlock(frsp_group_lock(sbi, group));
	put_page(page);
	return done;
}

enum frsp_group_state frsp_load_state(struct frsp_tree *tree, u32 in_tree)
{
	enum frsp_group_state state;

	spin_lock(&tree->lock);
	state = tree->groups[in_tree].state;
	spin_unlock(&tree->lock);
	return state;
}

/*
 * Notes the group's bitmap on the disk, for a group of which nothing better is
 * known: the disk is the weakest source, as it lacks preallocations and frees
 * that wait for a commit. A build begins under the group lock, so none begins
 * between the check of the state and the note.
 */
static int note_bitmap_on_disk(struct frsp_fs *fs, struct frsp_tree *tree,
			       u32 group, u32 in_tree)
{
	struct buffer_head *bh;

	/*
	 * Until ext4 writes to an uninitialised group, its bitmap on the disk
	 * may be anything.
	 */
	if (frsp_trees_note_uninit(fs, tree, group))
		return 0;
	frsp_loader_be_quick(fs);
	bh = sb_bread(fs->sb, frsp_group_bitmap_block(fs->sb, group));
	frsp_loader_be_nice(fs);
	if (!bh) {
		frsp_track_corrupted(fs->sb, group);
		return -EIO;
	}
	spin_lock(frsp_group_lock(frsp_sbi(fs->sb), group));
	if (frsp_load_state(tree, in_tree) == FRSP_GROUP_UNKNOWN)
		frsp_track_generated(fs->sb, bh->b_data, group);
	spin_unlock(frsp_group_lock(frsp_sbi(fs->sb), group));
	brelse(bh);
	return 0;
}

int frsp_load_summary(struct frsp_fs *fs, u32 group)
{
	struct ext4_group_info *info = frsp_group_info(fs->sb, group);
	struct frsp_tree *tree;
	u32 in_tree;
	void *copy;
	bool done;

	tree = frsp_trees_of_group(fs, group, &in_tree);
	if (!tree || !info ||
	    frsp_info_has(info, EXT4_GROUP_INFO_BBITMAP_CORRUPT_BIT))
		return -ENOENT;
	if (frsp_info_has(info, EXT4_GROUP_INFO_NEED_INIT_BIT))
		return frsp_load_init_group(fs, group);
	copy = kmalloc(bitmap_bytes(fs), GFP_NOFS | __GFP_NOWARN);
	if (!copy)
		return -ENOMEM;
	done = note_bitmap_in_memory(fs, group, copy);
	kfree(copy);
	return done ? 0 : note_bitmap_on_disk(fs, tree, group, in_tree);
}

static int insert_all(struct frsp_fs *fs, struct frsp_tree *tree,
		      struct frsp_build *build)
{
	int more;

	do {
		spin_lock(&tree->lock);
		more = frsp_tree_build_step(tree, build, &fs->memory,
					    CHUNK_CLUSTERS);
		if (more == -ENOMEM)
			frsp_tree_give_up(fs, tree, build->group,
					  FRSP_TREE_NO_MEMORY);
		else if (!more)
			frsp_meta_update(&fs->meta, tree);
		spin_unlock(&tree->lock);
		cond_resched();
	} while (more > 0);
	return more;
}

/*
 * Makes room for a group's extents, whose number ext4 knows, by evicting other
 * trees; the group's own tree keeps what it has. False: there is no room.
 */
static bool make_room(struct frsp_fs *fs, struct frsp_tree *tree,
		      struct ext4_group_info *info)
{
	u64 max_bytes = READ_ONCE(fs->memory.max_bytes);
	u64 need = (u64)frsp_info_fragments(info) * sizeof(struct frsp_extent);

	if (!max_bytes ||
	    atomic64_read(&fs->memory.used_bytes) + need <= max_bytes)
		return true;
	if (need > max_bytes)
		return false;
	frsp_memory_reclaim(fs, max_bytes - need, tree);
	return atomic64_read(&fs->memory.used_bytes) + need <= max_bytes;
}

static bool is_loaded(struct frsp_tree *tree, u32 in_tree)
{
	u32 state = frsp_load_state(tree, in_tree);

	return state == FRSP_GROUP_LOADED || state == FRSP_GROUP_BAD;
}

/* A build cannot be evicted, and the cap may have been lowered during it. */
static void keep_cap(struct frsp_fs *fs)
{
	u64 max_bytes = READ_ONCE(fs->memory.max_bytes);

	if (max_bytes && atomic64_read(&fs->memory.used_bytes) > max_bytes)
		frsp_memory_reclaim(fs, max_bytes, NULL);
}

/*
 * Counts a group that was put into its tree again. err: of the build. The wait
 * of a request counts even if the build has failed, that of the thread never.
 */
static void count_reload(struct frsp_fs *fs, u64 began, int err)
{
	if (!err)
		frsp_count(fs, group_reloads);
	if (current != READ_ONCE(fs->loader.task))
		frsp_count_more(fs, reload_wait_ns, ktime_get_ns() - began);
}

int frsp_load_group(struct frsp_fs *fs, u32 group, bool io)
{
	struct ext4_group_info *info = frsp_group_info(fs->sb, group);
	struct frsp_build build = {};
	u64 max_bytes = READ_ONCE(fs->memory.max_bytes);
	struct frsp_tree *tree;
	u64 began = ktime_get_ns();
	u32 in_tree;
	int err = 0;

	/* The last tree has room for groups that do not exist yet. */
	tree = frsp_trees_of_group(fs, group, &in_tree);
	if (!tree || !info)
		return -ENOENT;
	if (is_loaded(tree, in_tree))
		return 0;
	if (time_before(jiffies, READ_ONCE(tree->no_room_until)))
		return -ENOMEM;
	if (io)
		err = frsp_load_init_group(fs, group);
	/* Before make_room(): no tree is evicted in vain. */
	if (!err && !frsp_load_is_in_memory(fs, group))
		err = -EAGAIN;
	if (err)
		return err;
	build.group = in_tree;
	build.bitmap = kmalloc(bitmap_bytes(fs), GFP_NOFS | __GFP_NOWARN);
	err = build.bitmap && make_room(fs, tree, info) ? 0 : -ENOMEM;
	if (!err)
		err = begin(fs, tree, group, &build);
	if (!err)
		err = insert_all(fs, tree, &build);
	kfree(build.bitmap);
	if (build.is_reload)
		count_reload(fs, began, err);
	if (err == -ENOMEM && max_bytes == READ_ONCE(fs->memory.max_bytes))
		WRITE_ONCE(tree->no_room_until, jiffies + HZ);
	if (!err) {
		frsp_memory_used(fs, tree);
		keep_cap(fs);
		frsp_count(fs, group_loads);
		trace_frsp_group_loads(fs->sb->s_dev, group, tree->extents,
				       ktime_get_ns() - began);
	}
	return err;
}
