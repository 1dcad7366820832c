// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mounted ext4 filesystems.
 *
 * Attach and detach happen in process context: when ext4 registers or
 * unregisters the filesystem in sysfs, which is late in mount and first in
 * umount (hook.c), and for all mounted ones when the module is loaded or
 * unloaded. They exclude each other by fs_mutex.
 *
 * Readers find a filesystem under RCU. Those that may sleep (the redirect of
 * ext4's allocator, ioctls) hold frsp_srcu instead. Detach unlinks, waits for
 * both, and only then frees; umount itself cannot pass it, as it waits in
 * ext4_unregister_sysfs().
 */
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/vmalloc.h>

#include "frsp.h"

static bool freespace_tree = true;
module_param(freespace_tree, bool, 0644);
MODULE_PARM_DESC(freespace_tree,
		 "steer filesystems from when they are attached (default 1)");

#define DEFAULT_AGGRESSION 1 /* as in the RFC */

static DEFINE_HASHTABLE(fs_table, 6);
static DEFINE_MUTEX(fs_mutex);
DEFINE_STATIC_SRCU(frsp_srcu);
static bool exiting; /* under fs_mutex: attach nothing any more */

struct frsp_fs *frsp_fs_find(struct super_block *sb)
{
	struct frsp_fs *fs;

	hash_for_each_possible_rcu(fs_table, fs, hash, (unsigned long)sb,
				   srcu_read_lock_held(&frsp_srcu) ||
					   lockdep_is_held(&fs_mutex))
	{
		if (fs->sb == sb)
			return fs;
	}
	return NULL;
}

struct frsp_fs *frsp_fs_get(struct super_block *sb, int *cookie)
{
	struct frsp_fs *fs;

	*cookie = srcu_read_lock(&frsp_srcu);
	fs = frsp_fs_find(sb);
	if (!fs)
		srcu_read_unlock(&frsp_srcu, *cookie);
	return fs;
}

void frsp_fs_put(int cookie)
{
	srcu_read_unlock(&frsp_srcu, cookie);
}

static struct frsp_trees *fs_trees(struct frsp_fs *fs)
{
	return rcu_dereference_check(fs->trees,
				     srcu_read_lock_held(&frsp_srcu));
}

u32 frsp_fs_n_trees(struct frsp_fs *fs)
{
	u32 n;

	rcu_read_lock();
	n = fs_trees(fs)->n;
	rcu_read_unlock();
	return n;
}

struct frsp_tree *frsp_fs_tree_at(struct frsp_fs *fs, u32 index)
{
	struct frsp_trees *trees;
	struct frsp_tree *tree;

	/* Arrays are replaced, but trees stay as long as the filesystem. */
	rcu_read_lock();
	trees = fs_trees(fs);
	tree = index < trees->n ? trees->tree[index] : NULL;
	rcu_read_unlock();
	return tree;
}

struct frsp_tree *frsp_fs_tree(struct frsp_fs *fs, u32 group, u32 *in_tree)
{
	*in_tree = group & ((1U << fs->span_log2) - 1);
	return frsp_fs_tree_at(fs, group >> fs->span_log2);
}

u32 frsp_fs_groups_of(struct frsp_fs *fs, const struct frsp_tree *tree)
{
	u32 n_groups = frsp_sbi_groups(frsp_sbi(fs->sb));

	return min(tree->n_groups, n_groups - (tree->index << fs->span_log2));
}

/*
 * What a group's descriptor says, without I/O. ext4 makes the bitmap of an
 * uninitialised group from nothing: metadata at its start, if any, the rest
 * free (ext4_init_block_bitmap()). True: it is one. Under tree->lock.
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

bool frsp_fs_note_uninit(struct frsp_fs *fs, struct frsp_tree *tree, u32 group)
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
	for (i = 0; i < frsp_fs_groups_of(fs, tree); i++)
		set_free_count(fs, tree, first + i);
	frsp_meta_update(&fs->meta, tree);
	spin_unlock(&tree->lock);
}

/* Trees for n_groups; the ones that are there are taken over. Under grow_mutex.
 */
static int make_trees(struct frsp_fs *fs, u32 n_groups)
{
	struct frsp_trees *old, *new;
	u32 span = 1U << fs->span_log2, n, i;

	old = rcu_dereference_protected(fs->trees,
					lockdep_is_held(&fs->grow_mutex));
	n = DIV_ROUND_UP(n_groups, span);
	new = kvzalloc(struct_size(new, tree, n), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	new->n = n;
	for (i = 0; i < n; i++) {
		if (old && i < old->n) {
			new->tree[i] = old->tree[i];
			continue;
		}
		/* All of the span: growth may fill the last one up. */
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

void frsp_fs_grow(struct frsp_fs *fs)
{
	u32 n_groups = frsp_sbi_groups(frsp_sbi(fs->sb)), n_trees;

	mutex_lock(&fs->grow_mutex);
	n_trees = frsp_fs_n_trees(fs);
	if (n_groups > fs->n_groups)
		set_free_counts(fs, frsp_fs_tree_at(fs, n_trees - 1));
	if (n_groups > n_trees << fs->span_log2 && make_trees(fs, n_groups))
		pr_warn_once("%s: no memory for the trees of new groups, which "
			     "stock ext4 alone handles\n",
			     fs->sb->s_id);
	WRITE_ONCE(fs->n_groups, n_groups);
	mutex_unlock(&fs->grow_mutex);
}

static void free_trees(struct frsp_fs *fs)
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
		frsp_busy_clear(&tree->busy);
		spin_unlock(&tree->lock);
		frsp_extents_free(&fs->memory, &extents);
		frsp_tree_free(tree);
	}
	kvfree(trees);
}

/* Nobody can reach it any more. */
static void fs_free(struct frsp_fs *fs)
{
	frsp_memory_free_condemned(fs);
	free_trees(fs);
	free_percpu(fs->stats);
	kfree(fs);
}

static struct frsp_fs *fs_new(struct super_block *sb)
{
	struct ext4_sb_info *sbi = frsp_sbi(sb);
	struct frsp_fs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	int err;

	if (!fs)
		return NULL;
	fs->sb = sb;
	mutex_init(&fs->grow_mutex);
	fs->group_clusters = frsp_sbi_group_clusters(sbi);
	fs->cluster_bits = frsp_sbi_cluster_bits(sbi);
	fs->first_data_block = le32_to_cpup(
		(__le32 *)(frsp_sbi_disk(sbi) + EXT4_S_FIRST_DATA_BLOCK));
	fs->span_log2 =
		frsp_tree_span_log2(frsp_sbi_log_flex(sbi), fs->group_clusters);
	/* As ext4_inode_to_goal_block() does where flexible groups have 4 or
	 * more. */
	if (frsp_sbi_log_flex(sbi) >= 2)
		fs->reserved_clusters = fs->group_clusters;
	fs->n_groups = frsp_sbi_groups(sbi);
	fs->steer = READ_ONCE(freespace_tree);
	fs->aggression = DEFAULT_AGGRESSION;
	INIT_WORK(&fs->commit_work, frsp_busy_commit_work);
	spin_lock_init(&fs->places_lock);
	INIT_LIST_HEAD(&fs->places);
	frsp_meta_init(&fs->meta);
	frsp_memory_init(fs);
	frsp_loader_init(fs);
	fs->stats = alloc_percpu(struct frsp_stats);
	mutex_lock(&fs->grow_mutex);
	err = fs->stats ? make_trees(fs, fs->n_groups) : -ENOMEM;
	mutex_unlock(&fs->grow_mutex);
	if (err) {
		fs_free(fs);
		return NULL;
	}
	return fs;
}

/* Under fs_mutex. */
static int attach(struct super_block *sb)
{
	struct frsp_fs *fs = fs_new(sb);
	int err;

	if (!fs)
		return -ENOMEM;
	err = frsp_loader_start(fs);
	if (err)
		goto err_loader;
	err = frsp_sysfs_add(fs);
	if (err)
		goto err_sysfs;
	hash_add_rcu(fs_table, &fs->hash, (unsigned long)sb);
	frsp_loader_kick(fs);
	return 0;

err_sysfs:
	frsp_loader_stop(fs);
err_loader:
	fs_free(fs);
	return err;
}

void frsp_fs_attach(struct super_block *sb)
{
	const char *what;
	int err = 0;

	mutex_lock(&fs_mutex);
	if (exiting || frsp_fs_find(sb)) {
		mutex_unlock(&fs_mutex);
		return;
	}
	if (frsp_ext4_is_as_expected(sb, &what))
		err = attach(sb);
	else
		pr_warn("%s: not steered: ext4's %s is not as the layout says; "
			"build the module for this kernel again\n",
			sb->s_id, what);
	mutex_unlock(&fs_mutex);
	if (err)
		pr_warn("%s: not steered: attaching failed (%d)\n", sb->s_id,
			err);
}

void frsp_fs_detach(struct super_block *sb)
{
	struct frsp_fs *fs;

	mutex_lock(&fs_mutex);
	fs = frsp_fs_find(sb);
	if (!fs)
		goto out;
	/* First the thread, which finds the filesystem by pointer. */
	frsp_loader_stop(fs);
	frsp_sysfs_remove(fs);
	hash_del_rcu(&fs->hash);
	synchronize_srcu(&frsp_srcu);
	synchronize_rcu();
	frsp_place_clear(fs);
	cancel_work_sync(&fs->commit_work);
	fs_free(fs);
out:
	mutex_unlock(&fs_mutex);
}

static void attach_one(struct super_block *sb, void *unused)
{
	frsp_fs_attach(sb);
}

static void detach_one(struct super_block *sb, void *unused)
{
	frsp_fs_detach(sb);
}

/* ext4 also mounts as ext3 and ext2, as types of their own. */
static void for_all_mounted(void (*function)(struct super_block *, void *))
{
	static const char *const names[] = {"ext4", "ext3", "ext2"};
	struct file_system_type *ext4 = get_fs_type("ext4"), *type;
	size_t i;

	for (i = 0; ext4 && i < ARRAY_SIZE(names); i++) {
		type = get_fs_type(names[i]);
		if (!type)
			continue;
		if (type->owner == ext4->owner)
			iterate_supers_type(type, function, NULL);
		module_put(type->owner);
	}
	if (ext4)
		module_put(ext4->owner);
}

void frsp_fs_attach_all(void)
{
	for_all_mounted(attach_one);
}

void frsp_fs_detach_all(void)
{
	mutex_lock(&fs_mutex);
	exiting = true;
	mutex_unlock(&fs_mutex);
	for_all_mounted(detach_one);
}
