// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaches and detaches mounted ext4 filesystems.
 *
 * Both happen in process context: when ext4 registers or unregisters the
 * filesystem in sysfs, which is late in mount and first in umount (hook.c), and
 * for all mounted ones when the module is loaded or unloaded.
 *
 * Each superblock that was looked at has an entry in a list, and a task claims
 * the entry while it attaches or detaches that superblock. So no filesystem
 * waits for another: a disk that stalls delays only tasks that want its own
 * filesystem.
 *
 * For example, umount of sda and rmmod run at the same time: one of them claims
 * sda's entry and detaches it; the other one waits for that entry, or goes on
 * with other entries.
 *
 * Detach unlinks a filesystem, waits for its users (fs.c), and only then frees
 * it. umount cannot overtake that, as it waits in ext4_unregister_sysfs().
 */
#include <linux/module.h>
#include <linux/mutex.h>

#include "frsp.h"

static bool freespace_tree = true;
module_param(freespace_tree, bool, 0644);
MODULE_PARM_DESC(freespace_tree,
		 "steer filesystems from when they are attached (default 1)");

#define DEFAULT_AGGRESSION 1 /* as in the RFC */

/*
 * insmod, and then rmmod, wait at most this long for superblocks that other
 * tasks hold.
 */
#define PATIENCE (10 * HZ)

/* An entry for a superblock that was looked at; it exists until detach. */
struct mounted {
	struct list_head list;
	struct super_block *sb;
	struct frsp_fs *fs; /* NULL: not steered; the log says why */
	bool claimed;	    /* a task attaches or detaches it */
};

/* mounted_lock guards the list and is_open; no holder sleeps. */
static DEFINE_SPINLOCK(mounted_lock);
static DECLARE_WAIT_QUEUE_HEAD(mounted_wait);
static LIST_HEAD(mounted_list);
static bool is_open; /* false: nothing may be attached */

/* No other task can reach it any more. */
static void fs_free(struct frsp_fs *fs)
{
	frsp_memory_free_condemned(fs);
	frsp_trees_free(fs);
	frsp_meta_free(&fs->meta);
	free_percpu(fs->stats);
	cleanup_srcu_struct(&fs->srcu);
	kfree(fs);
}

static struct frsp_fs *fs_new(struct super_block *sb)
{
	struct ext4_sb_info *sbi = frsp_sbi(sb);
	struct frsp_fs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	int err;

	if (!fs)
		return NULL;
	if (init_srcu_struct(&fs->srcu)) {
		kfree(fs);
		return NULL;
	}
	fs->sb = sb;
	mutex_init(&fs->grow_mutex);
	fs->group_clusters = frsp_sbi_group_clusters(sbi);
	fs->cluster_bits = frsp_sbi_cluster_bits(sbi);
	fs->first_data_block = le32_to_cpup(
		(__le32 *)(frsp_sbi_disk(sbi) + EXT4_S_FIRST_DATA_BLOCK));
	fs->span_log2 =
		frsp_tree_span_log2(frsp_sbi_log_flex(sbi), fs->group_clusters);
	/*
	 * ext4_inode_to_goal_block() does the same where flexible groups have 4
	 * groups or more.
	 */
	if (frsp_sbi_log_flex(sbi) >= 2)
		fs->reserved_clusters = fs->group_clusters;
	fs->flex_trees = 1U << (max(frsp_sbi_log_flex(sbi), fs->span_log2) -
				fs->span_log2);
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
	err = fs->stats ? frsp_trees_make(fs, fs->n_groups) : -ENOMEM;
	mutex_unlock(&fs->grow_mutex);
	if (err) {
		fs_free(fs);
		return NULL;
	}
	return fs;
}

/*
 * Makes a filesystem and lets readers find it. NULL: it failed, and the log
 * says why.
 */
static struct frsp_fs *start(struct super_block *sb)
{
	struct frsp_fs *fs = fs_new(sb);
	int err = -ENOMEM;

	if (!fs)
		goto err_new;
	err = frsp_memory_start(fs);
	if (err)
		goto err_memory;
	frsp_share_join(fs);
	err = frsp_loader_make(fs);
	if (err)
		goto err_loader;
	err = frsp_sysfs_add(fs);
	if (err)
		goto err_sysfs;
	frsp_fs_add(fs);
	/*
	 * Not before: until now events do not find the filesystem, and would
	 * miss changes of a group that the thread loads. A value written to
	 * sysfs meanwhile waits.
	 */
	frsp_loader_start(fs);
	frsp_loader_kick(fs);
	return fs;

err_sysfs:
	frsp_loader_stop(fs);
err_loader:
	frsp_share_leave(fs);
	frsp_memory_stop(fs);
err_memory:
	fs_free(fs);
err_new:
	pr_warn("%s: not steered: attaching failed (%d)\n", sb->s_id, err);
	return NULL;
}

static void stop(struct frsp_fs *fs)
{
	frsp_share_leave(fs);
	/* The thread stops first, as it has a pointer to the filesystem. */
	frsp_loader_stop(fs);
	frsp_sysfs_remove(fs);
	frsp_fs_remove(fs);
	frsp_memory_stop(fs);
	frsp_place_clear(fs);
	cancel_work_sync(&fs->commit_work);
	fs_free(fs);
}

/* Under mounted_lock. */
static struct mounted *mounted_find(struct super_block *sb)
{
	struct mounted *mounted;

	list_for_each_entry (mounted, &mounted_list, list)
		if (mounted->sb == sb)
			return mounted;
	return NULL;
}

/*
 * Adds a claimed entry for a superblock. NULL: it has one already, or nothing
 * may be attached.
 */
static struct mounted *mounted_new(struct super_block *sb)
{
	struct mounted *mounted = kzalloc(sizeof(*mounted), GFP_KERNEL);

	if (!mounted)
		return NULL;
	mounted->sb = sb;
	mounted->claimed = true;
	spin_lock(&mounted_lock);
	if (is_open && !mounted_find(sb)) {
		list_add(&mounted->list, &mounted_list);
		spin_unlock(&mounted_lock);
		return mounted;
	}
	spin_unlock(&mounted_lock);
	kfree(mounted);
	return NULL;
}

/*
 * Claims an entry that no task has claimed; sb: of that superblock, or NULL for
 * any. True: *mounted is claimed, or is NULL as there is no entry. False: all
 * are claimed by others.
 */
static bool try_claim(struct super_block *sb, struct mounted **mounted)
{
	struct mounted *each;
	bool others = false;

	*mounted = NULL;
	spin_lock(&mounted_lock);
	list_for_each_entry (each, &mounted_list, list) {
		if (sb && each->sb != sb)
			continue;
		if (each->claimed) {
			others = true;
			continue;
		}
		each->claimed = true;
		*mounted = each;
		break;
	}
	spin_unlock(&mounted_lock);
	return *mounted || !others;
}

static struct mounted *claim(struct super_block *sb)
{
	struct mounted *mounted;

	wait_event(mounted_wait, try_claim(sb, &mounted));
	return mounted;
}

static void detach(struct mounted *mounted)
{
	if (mounted->fs)
		stop(mounted->fs);
	spin_lock(&mounted_lock);
	list_del(&mounted->list);
	spin_unlock(&mounted_lock);
	wake_up_all(&mounted_wait);
	kfree(mounted);
}

bool frsp_fs_attach(struct super_block *sb)
{
	struct mounted *mounted = mounted_new(sb);
	struct frsp_fs *fs = NULL;
	const char *what;

	if (!mounted)
		return false;
	if (frsp_ext4_is_as_expected(sb, &what))
		fs = start(sb);
	else
		pr_warn("%s: not steered: ext4's %s is not as the layout says; build the module for this kernel again\n",
			sb->s_id, what);
	spin_lock(&mounted_lock);
	mounted->fs = fs;
	mounted->claimed = false;
	spin_unlock(&mounted_lock);
	wake_up_all(&mounted_wait);
	return true;
}

void frsp_fs_detach(struct super_block *sb)
{
	struct mounted *mounted = claim(sb);

	if (mounted)
		detach(mounted);
}

static void attach_one(struct super_block *sb, void *n_new)
{
	*(u32 *)n_new += frsp_fs_attach(sb);
}

/*
 * Attaches the mounted filesystems; returns how many superblocks were new.
 *
 * ext4 also mounts as ext3 and, unless the kernel has the ext2 driver, as ext2:
 * these are types of their own, which it registers before ext4 (ext4_init_fs()
 * in fs/ext4/super.c, in 6.1 to 7.3), so get_fs_type() finds them. For a type
 * that does not exist, get_fs_type() would load a driver. The function that
 * begins a mount (ext4_init_fs_context()) tells whether a type is ext4's.
 */
static u32 attach_mounted(void)
{
	static const char *const names[] = {
		"ext4",
		"ext3",
#if IS_ENABLED(CONFIG_EXT4_USE_FOR_EXT2) && !IS_ENABLED(CONFIG_EXT2_FS)
		"ext2",
#endif
	};
	struct file_system_type *ext4 = get_fs_type("ext4"), *type;
	u32 n_new = 0;
	size_t i;

	for (i = 0; ext4 && i < ARRAY_SIZE(names); i++) {
		type = get_fs_type(names[i]);
		if (!type)
			continue;
		if (type->init_fs_context == ext4->init_fs_context)
			iterate_supers_type(type, attach_one, &n_new);
		module_put(type->owner);
	}
	if (ext4)
		module_put(ext4->owner);
	return n_new;
}

static DECLARE_COMPLETION(looked);
static bool is_held;

/*
 * A look waits for each mount and umount that is under way, and nothing can
 * interrupt it. One that lasts long keeps the module loaded: rmmod then fails
 * at once, where it would otherwise wait as long, in a state that no signal
 * ends.
 */
static void hold_module(struct work_struct *work)
{
	is_held = try_module_get(THIS_MODULE);
	if (is_held)
		pr_info("a mount or umount goes on; until it is over, filesystems that wait behind it are not steered, and frsp cannot be unloaded\n");
	complete_all(&looked);
}

static DECLARE_DELAYED_WORK(hold, hold_module);

/*
 * Looks until a round finds nothing new. In 6.1 iterate_supers_type() ends
 * early, without an error, if the superblock that it waits for is unmounted
 * meanwhile (fs/super.c); the next round does not meet that superblock any
 * more. A filesystem that is still missed is found at its first request.
 *
 * After module_put() rmmod may begin; frsp_fs_detach_all() waits for the end of
 * this function.
 */
static void attach_work(struct work_struct *work)
{
	schedule_delayed_work(&hold, PATIENCE);
	attach_mounted();
	while (attach_mounted())
		;
	cancel_delayed_work_sync(&hold);
	if (is_held)
		module_put(THIS_MODULE);
	is_held = false;
	complete_all(&looked);
}

static DECLARE_WORK(look_again, attach_work);

/*
 * Schedules under the lock, so that detach_all cancels work that was scheduled
 * while is_open was true. A mount that is under way (not SB_BORN yet:
 * vfs_get_tree() in fs/super.c, in 6.1 to 7.3) attaches itself when it is done;
 * looking for it would mean waiting for it.
 */
void frsp_fs_missed(struct super_block *sb)
{
	if (!(READ_ONCE(sb->s_flags) & SB_BORN))
		return;
	spin_lock(&mounted_lock);
	if (is_open && !mounted_find(sb))
		schedule_work(&look_again);
	spin_unlock(&mounted_lock);
}

void frsp_fs_attach_all(void)
{
	spin_lock(&mounted_lock);
	is_open = true;
	spin_unlock(&mounted_lock);
	schedule_work(&look_again);
	wait_for_completion(&looked);
}

void frsp_fs_detach_all(void)
{
	struct mounted *mounted;

	spin_lock(&mounted_lock);
	is_open = false;
	spin_unlock(&mounted_lock);
	while ((mounted = claim(NULL)))
		detach(mounted);
	/* It may wait for a mount, but attaches nothing any more. */
	cancel_work_sync(&look_again);
}
