// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trees of a filesystem: which tree covers a group, and new trees when the
 * filesystem grows. The array of trees is replaced as a whole, under RCU; a
 * tree stays as long as its filesystem.
 */
#include <linux/mutex.h>
#include <linux/vmalloc.h>

#include "frsp.h"

static struct frsp_trees *fs_trees(struct frsp_fs *fs)
{
	return rcu_dereference_check(fs->trees, srcu_read_lock_held(&fs->srcu));
}

u32 frsp_trees_count(struct frsp_fs *fs)
{
	u32 n;

	rcu_read_lock();
	n = fs_trees(fs)->n;
	rcu_read_unlock();
	return n;
}

struct frsp_tree *frsp_trees_at(struct frsp_fs *fs, u32 index)
{
	struct frsp_trees *trees;
	struct frsp_tree *tree;

	/*
	 * Only the array needs RCU: the tree stays as long as the filesystem.
	 */
	rcu_read_lock();
	trees = fs_trees(fs);
	tree = index < trees->n ? trees->tree[index] : NULL;
	rcu_read_unlock();
	return tree;
}

struct frsp_tree *frsp_trees_of_group(struct frsp_fs *fs, u32 group,
				      u32 *in_tree)
{
	*in_tree = group & ((1U << fs->span_log2) - 1);
	return frsp_trees_at(fs, group >> fs->span_log2);
}

u32 frsp_trees_groups_of(struct frsp_fs *fs, const struct frsp_tree *tree)
{
	u32 n_groups = frsp_sbi_groups(frsp_sbi(fs->sb));

	return min(tree->n_groups, n_groups - (tree->index << fs->span_log2));
}

u64 frsp_trees_index_bytes(struct frsp_fs *fs)
{
	struct frsp_tree *tree;
	u64 sum = 0;
	u32 i;

	for (i = 0; (tree = frsp_trees_at(fs, i)); i++) {
		sum += sizeof(*tree) + sizeof(tree) +
		       (sizeof(struct frsp_group) << fs->span_log2);
		if (READ_ONCE(tree->rooms))
			sum += sizeof(struct frsp_room) * FRSP_ROOMS;
	}
	return sum;
}

/*
 * Sets what a group's descriptor says, without I/O. ext4 makes the bitmap of an
 * uninitialised group from nothing: metadata at its start, if any, and the rest
 * free (ext4_init_block_bitmap()). True: the group is uninitialised. Under
 * tree->lock.
 */
static bool set_free_count(struct frsp_fs *fs, struct frsp_tree *tree,
			   u32 group)
{
	u32 last_group = frsp_sbi_groups(frsp_sbi(fs->sb)) - 1;
	u32 in_tree = group & ((1U << fs->span_log2) - 1), free;
	struct ext4_group_info *info = frsp_group_info(fs->sb, group);
	bool uninit;

	free = frsp_group_desc_free(fs->sb, group, &uninit);
	if (info && frsp_info_has(info, EXT4_GROUP_INFO_BBITMAP_CORRUPT_BIT) &&
	    tree->groups[in_tree].state == FRSP_GROUP_UNKNOWN)
		frsp_tree_set_bad(tree, in_tree);
	else if (uninit && free && group != last_group)
		frsp_tree_set_summary(tree, in_tree, free,
				      fs->group_clusters - free, free);
	else
		frsp_tree_set_free(tree, in_tree, free);
	return uninit;
}

bool frsp_trees_note_uninit(struct frsp_fs *fs, struct frsp_tree *tree,
			    u32 group)
{
	bool uninit;

	frsp_group_desc_free(fs->sb, group, &uninit);
	if (!uninit)
		return false;
	spin_lock(&tree->lock);
	uninit = set_free_count(fs, tree, group);
	frsp_meta_update(&fs->meta, tree);
	spin_unlock(&tree->lock);
	return uninit;
}

static void set_free_counts(struct frsp_fs *fs, struct frsp_tree *tree)
{
	u32 first = tree->index << fs->span_log2, i;

	spin_lock(&tree->lock);
	for (i = 0; i < frsp_trees_groups_of(fs, tree); i++)
		set_free_count(fs, tree, first + i);
	frsp_meta_update(&fs->meta, tree);
	spin_unlock(&tree->lock);
}

int frsp_trees_make(struct frsp_fs *fs, u32 n_groups)
{
	struct frsp_trees *old, *new;
	u32 span = 1U << fs->span_log2, n, i;

	old = rcu_dereference_protected(fs->trees,
					lockdep_is_held(&fs->grow_mutex));
	n = DIV_ROUND_UP(n_groups, span);
	if (frsp_meta_grow(&fs->meta, n))
		return -ENOMEM;
	new = kvzalloc(struct_size(new, tree, n), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	new->n = n;
	for (i = 0; i < n; i++) {
		if (old && i < old->n) {
			new->tree[i] = old->tree[i];
			continue;
		}
		/*
		 * A tree always covers the whole span: growth may fill up the
		 * last one.
		 */
		new->tree[i] = frsp_tree_new(i, span, fs->group_clusters,
					     fs->group_clusters, GFP_KERNEL);
		if (!new->tree[i])
			goto err_trees;
		cond_resched();
	}
	rcu_assign_pointer(fs->trees, new);
	for (i = old ? old->n : 0; i < n; i++) {
		set_free_counts(fs, new->tree[i]);
		cond_resched();
	}
	if (old)
		kvfree_rcu(old, rcu);
	return 0;

err_trees:
	while (i-- > (old ? old->n : 0))
		frsp_tree_free(new->tree[i]);
	kvfree(new);
	return -ENOMEM;
}

bool frsp_trees_grow(struct frsp_fs *fs)
{
	u32 n_groups = frsp_sbi_groups(frsp_sbi(fs->sb)), n_trees;
	bool grown;

	mutex_lock(&fs->grow_mutex);
	n_trees = frsp_trees_count(fs);
	if (n_groups > fs->n_groups)
		set_free_counts(fs, frsp_trees_at(fs, n_trees - 1));
	if (n_groups > n_trees << fs->span_log2 &&
	    frsp_trees_make(fs, n_groups))
		pr_warn_once(
			"%s: no memory for the trees of new groups, which stock ext4 alone handles\n",
			fs->sb->s_id);
	grown = n_groups > fs->n_groups;
	WRITE_ONCE(fs->n_groups, n_groups);
	mutex_unlock(&fs->grow_mutex);
	return grown;
}

void frsp_trees_free(struct frsp_fs *fs)
{
	struct frsp_trees *trees = rcu_dereference_protected(fs->trees, 1);
	struct rb_root extents;
	u32 i;

	if (!trees)
		return;
	for (i = 0; i < trees->n; i++) {
		struct frsp_tree *tree = trees->tree[i];

		spin_lock(&tree->lock);
		frsp_tree_drop(tree, -1, &extents);
		spin_unlock(&tree->lock);
		frsp_busy_clear(&tree->busy);
		frsp_extents_free(&fs->memory, &extents);
		frsp_tree_free(tree);
	}
	kvfree(trees);
}
