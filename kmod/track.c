// SPDX-License-Identifier: GPL-2.0-only
/*
 * Follows ext4's free space. Each function runs at the entry of the ext4
 * function that makes the change, under ext4's group lock. So the events of a
 * group come one by one and in order, and the counts in ext4's structures are
 * those before the change. Nothing here sleeps.
 *
 * For example, ext4 takes 8 clusters of a group that has 1000 free:
 * frsp_track_used() compares the 1000 with the tree's own count, takes the
 * clusters out of the tree, and updates the meta-tree.
 *
 * A tree that cannot follow a change is emptied, never left half right: ext4's
 * next bitmap of the group, or the loader, fills it again.
 *
 * A filesystem is looked up by its superblock on each call, also for load.c,
 * which has a pointer to it: a filesystem that is being detached gets no more
 * events, so comparing its trees with a bitmap would report a difference.
 */
#include "frsp.h"
#include "trace.h"

/* After so many failed audits a filesystem is not steered any more. */
#define MAX_MISMATCHES 16

static void mismatch(struct frsp_fs *fs, u32 group)
{
	frsp_count(fs, audit_mismatches);
	trace_frsp_audit_mismatches(fs->sb->s_dev, group);
	pr_warn_once(
		"%s: the tree of group %u differs from ext4's bitmap; it is built again\n",
		fs->sb->s_id, group);
	if (READ_ONCE(fs->gave_up) ||
	    frsp_stats_sum(fs, FRSP_STAT_audit_mismatches) < MAX_MISMATCHES)
		return;
	WRITE_ONCE(fs->gave_up, true);
	pr_warn("%s: not steered any more: %u trees differed from ext4's bitmaps\n",
		fs->sb->s_id, MAX_MISMATCHES);
}

void frsp_tree_give_up(struct frsp_fs *fs, struct frsp_tree *tree, u32 group,
		       enum frsp_tree_result why)
{
	struct rb_root extents = RB_ROOT;
	bool distrust = why == FRSP_TREE_MISMATCH;

	frsp_count(fs, drops);
	trace_frsp_drops(fs->sb->s_dev, tree->index, tree->extents, why);
	if (distrust)
		mismatch(fs, (tree->index << fs->span_log2) + group);
	frsp_tree_drop(tree, distrust ? (int)group : -1, &extents);
	frsp_memory_condemn(fs, tree, &extents);
	frsp_meta_update(&fs->meta, tree);
}

static void follow(struct frsp_fs *fs, struct frsp_tree *tree, u32 group,
		   enum frsp_tree_result result)
{
	if (result == FRSP_TREE_DONE)
		frsp_meta_update(&fs->meta, tree);
	else
		frsp_tree_give_up(fs, tree, group, result);
}

/*
 * The tree of a group, within RCU, which tree_unlock() ends after spin_lock();
 * NULL: the filesystem is not attached, or the group has no tree yet.
 */
static struct frsp_tree *tree_find(struct super_block *sb, u32 group,
				   struct frsp_fs **fs, u32 *in_tree)
{
	struct frsp_tree *tree = NULL;

	rcu_read_lock();
	*fs = frsp_fs_find(sb);
	if (*fs)
		tree = frsp_trees_of_group(*fs, group, in_tree);
	if (!tree)
		rcu_read_unlock();
	return tree;
}

/* The same, locked. */
static struct frsp_tree *tree_lock(struct super_block *sb, u32 group,
				   struct frsp_fs **fs, u32 *in_tree)
{
	struct frsp_tree *tree = tree_find(sb, group, fs, in_tree);

	if (tree)
		spin_lock(&tree->lock);
	return tree;
}

static void tree_unlock(struct frsp_tree *tree)
{
	spin_unlock(&tree->lock);
	rcu_read_unlock();
}

/*
 * If ext4 is taking an offer, ends the offer, and makes the room behind it the
 * file's; rooms.c does the latter if the tree has no array for rooms yet.
 */
static void note_taken(struct frsp_tree *tree, u32 start)
{
	struct frsp_offer *offer;
	u32 end;

	list_for_each_entry (offer, &tree->offers, list) {
		if (offer->task != current || offer->start != start)
			continue;
		offer->taken = true;
		list_del(&offer->list);
		if (offer->room_behind && tree->rooms) {
			end = offer->start + offer->len;
			frsp_room_set(tree, offer->owner, end,
				      end + offer->room_behind);
		}
		break;
	}
}

void frsp_track_used(struct ext4_buddy *e4b, struct ext4_free_extent *ex)
{
	u32 group = frsp_ex_group(ex), in_tree, start = frsp_ex_start(ex);
	struct frsp_tree *tree;
	struct frsp_fs *fs;

	tree = tree_lock(frsp_buddy_sb(e4b), group, &fs, &in_tree);
	if (!tree)
		return;
	note_taken(tree, in_tree * fs->group_clusters + start);
	follow(fs, tree, in_tree,
	       frsp_tree_used(tree, &fs->memory, in_tree, start,
			      frsp_ex_len(ex),
			      frsp_info_free(frsp_buddy_info(e4b))));
	tree_unlock(tree);
}

void frsp_track_freed(struct ext4_buddy *e4b, s32 start, s32 len)
{
	struct ext4_group_info *info = frsp_buddy_info(e4b);
	u32 group = frsp_buddy_group(e4b), in_tree;
	struct frsp_tree *tree;
	struct frsp_fs *fs;

	/* ext4 leaves a corrupt group as it is. */
	if (len <= 0 ||
	    frsp_info_has(info, EXT4_GROUP_INFO_BBITMAP_CORRUPT_BIT))
		return;
	tree = tree_find(frsp_buddy_sb(e4b), group, &fs, &in_tree);
	if (!tree)
		return;
	frsp_busy_reusable(fs, tree, in_tree * fs->group_clusters + start, len);
	spin_lock(&tree->lock);
	follow(fs, tree, in_tree,
	       frsp_tree_freed(tree, &fs->memory, in_tree, start, len,
			       frsp_info_free(info)));
	tree_unlock(tree);
}

/*
 * ext4 never uses a corrupt group again. It still generates the group's buddy
 * anew, together with that of a group in the same page, or for fstrim.
 */
static bool is_corrupt(struct super_block *sb, u32 group)
{
	struct ext4_group_info *info = frsp_group_info(sb, group);

	return info && frsp_info_has(info, EXT4_GROUP_INFO_BBITMAP_CORRUPT_BIT);
}

void frsp_track_generated(struct super_block *sb, const void *bitmap, u32 group)
{
	enum frsp_tree_result result;
	struct frsp_tree *tree;
	struct frsp_fs *fs;
	u32 in_tree;

	if (is_corrupt(sb, group))
		return;
	tree = tree_lock(sb, group, &fs, &in_tree);
	if (!tree)
		return;
	if (tree->groups[in_tree].state == FRSP_GROUP_LOADED) {
		frsp_count(fs, audits);
		trace_frsp_audits(sb->s_dev, group);
	}
	result = frsp_tree_regenerated(tree, in_tree, bitmap);
	if (result != FRSP_TREE_DONE) {
		frsp_tree_give_up(fs, tree, in_tree, result);
		/* The group is UNKNOWN now, so this one cannot fail. */
		frsp_tree_regenerated(tree, in_tree, bitmap);
	}
	frsp_meta_update(&fs->meta, tree);
	tree_unlock(tree);
}

void frsp_track_corrupted(struct super_block *sb, u32 group)
{
	struct frsp_tree *tree;
	struct frsp_fs *fs;
	u32 in_tree;

	tree = tree_lock(sb, group, &fs, &in_tree);
	if (!tree)
		return;
	if (tree->groups[in_tree].state == FRSP_GROUP_LOADED ||
	    tree->groups[in_tree].state == FRSP_GROUP_LOADING)
		frsp_tree_give_up(fs, tree, in_tree, FRSP_TREE_NO_MEMORY);
	frsp_tree_set_bad(tree, in_tree);
	frsp_meta_update(&fs->meta, tree);
	frsp_count(fs, bad_groups);
	trace_frsp_bad_groups(sb->s_dev, group);
	tree_unlock(tree);
}
