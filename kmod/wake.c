// SPDX-License-Identifier: GPL-2.0-only
/*
 * The work that waits for the thread of a filesystem, and waking it. Any task
 * may ask it to load a tree (want), or to look for other work (kick); thread.c
 * does the work.
 */
#include <linux/kthread.h>

#include "frsp.h"

void frsp_loader_init(struct frsp_fs *fs)
{
	init_waitqueue_head(&fs->loader.wait);
	spin_lock_init(&fs->loader.lock);
	INIT_LIST_HEAD(&fs->loader.wanted);
}

void frsp_loader_be_nice(struct frsp_fs *fs)
{
	if (current != READ_ONCE(fs->loader.task))
		return;
	set_user_nice(current, MAX_NICE);
	/* frsp_loader_stop() may have raised the priority just before. */
	if (READ_ONCE(fs->loader.is_stopping))
		set_user_nice(current, 0);
}

void frsp_loader_be_quick(struct frsp_fs *fs)
{
	if (current == READ_ONCE(fs->loader.task))
		set_user_nice(current, 0);
}

bool frsp_loader_is_done(struct frsp_fs *fs, struct frsp_tree *tree)
{
	return READ_ONCE(tree->n_loaded) + READ_ONCE(tree->n_bad) >=
	       frsp_trees_groups_of(fs, tree);
}

void frsp_loader_want(struct frsp_fs *fs, struct frsp_tree *tree, bool io)
{
	struct frsp_loader *loader = &fs->loader;
	bool added = false;

	if (frsp_loader_is_done(fs, tree) ||
	    time_before(jiffies, READ_ONCE(tree->no_room_until)))
		return;
	spin_lock(&loader->lock);
	tree->wanted_io |= io;
	if (list_empty(&tree->wanted)) {
		list_add_tail(&tree->wanted, &loader->wanted);
		added = true;
	}
	spin_unlock(&loader->lock);
	if (added)
		wake_up(&loader->wait);
}

void frsp_loader_retry(struct frsp_fs *fs)
{
	struct frsp_tree *tree;
	u32 i;

	for (i = 0; (tree = frsp_trees_at(fs, i)); i++)
		WRITE_ONCE(tree->no_room_until, jiffies);
}

void frsp_loader_kick(struct frsp_fs *fs)
{
	if (!xchg(&fs->loader.kicked, true))
		wake_up(&fs->loader.wait);
}

struct frsp_tree *frsp_loader_next(struct frsp_fs *fs, bool *io)
{
	struct frsp_loader *loader = &fs->loader;
	struct frsp_tree *tree;

	spin_lock(&loader->lock);
	tree = list_first_entry_or_null(&loader->wanted, struct frsp_tree,
					wanted);
	if (tree) {
		list_del_init(&tree->wanted);
		*io = tree->wanted_io;
		tree->wanted_io = false;
	}
	spin_unlock(&loader->lock);
	return tree;
}

/*
 * Reading costs time, and may trigger ext4's error handling: frsp reads only
 * where it steers.
 */
bool frsp_loader_may_read(struct frsp_fs *fs)
{
	return !frsp_sb_is_read_only(fs->sb) && READ_ONCE(fs->steer) &&
	       !READ_ONCE(fs->gave_up);
}

/* At level 3 all groups are loaded, one tree after the other. */
struct frsp_tree *frsp_loader_most_promising(struct frsp_fs *fs)
{
	int index;

	if (READ_ONCE(fs->aggression) < 3 || !frsp_loader_may_read(fs))
		return NULL;
	index = frsp_meta_promise(&fs->meta, 1, 0);
	return index < 0 ? NULL : frsp_trees_at(fs, index);
}

bool frsp_loader_has_work(struct frsp_fs *fs)
{
	return kthread_should_stop() || READ_ONCE(fs->loader.kicked) ||
	       !list_empty(&fs->loader.wanted) ||
	       frsp_loader_most_promising(fs);
}
