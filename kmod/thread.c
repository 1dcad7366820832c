// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread of a filesystem does what no request should wait for: it loads
 * trees that were wanted, keeps memory below the cap with some room to spare,
 * frees dropped extents, follows online growth, and runs the scan (scan.c).
 *
 * The thread is nice, except where other tasks wait for it. One case is the
 * read of a bitmap: ext4_mb_init_group() holds the page of the group's buddy
 * meanwhile, sb_bread() the bitmap's buffer, and a request for that group waits
 * for them. The other one is the thread's end, for which umount and rmmod wait:
 * a nice thread may need ten seconds for the group that it is loading, while
 * others use all CPUs. The thread's reads are limited: it pauses after each
 * tree for which it may read bitmaps.
 */
#include <linux/freezer.h>
#include <linux/kthread.h>

#include "frsp.h"

#define PAUSE_JIFFIES  (HZ / 50)
#define EXPIRE_JIFFIES (30 * HZ)

static void load_tree(struct frsp_fs *fs, struct frsp_tree *tree, bool io)
{
	u32 first = tree->index << fs->span_log2, i;
	u32 n_groups = frsp_trees_groups_of(fs, tree);
	bool read = io && frsp_loader_may_read(fs);
	int err = 0;

	for (i = 0; i < n_groups && !kthread_should_stop(); i++) {
		if (err != -ENOMEM)
			err = frsp_load_group(fs, first + i, read);
		/*
		 * There is no room, or ext4 has dropped its bitmap: take a
		 * summary at least, or the group would remain the most
		 * promising one for ever.
		 */
		if (err && read &&
		    frsp_load_state(tree, i) == FRSP_GROUP_UNKNOWN)
			frsp_load_summary(fs, first + i);
		else if (err == -ENOMEM && !read)
			break;
		cond_resched();
	}
}

static void keep_below_cap(struct frsp_fs *fs)
{
	u64 max_bytes = READ_ONCE(fs->memory.max_bytes);

	frsp_memory_free_condemned(fs);
	if (max_bytes &&
	    atomic64_read(&fs->memory.used_bytes) > max_bytes - max_bytes / 16)
		frsp_memory_reclaim(fs, max_bytes - max_bytes / 8, NULL);
}

/* Does all work but the scan. False: there was no tree to load. */
static bool work(struct frsp_fs *fs, unsigned long *expired)
{
	struct frsp_tree *tree;
	bool io;

	if (xchg(&fs->loader.kicked, false)) {
		if (frsp_trees_grow(fs))
			frsp_share_update();
		keep_below_cap(fs);
	}
	if (time_after(jiffies, *expired + EXPIRE_JIFFIES)) {
		frsp_busy_expire_all(fs);
		*expired = jiffies;
	}
	tree = frsp_loader_next(fs, &io);
	if (!tree) {
		io = true;
		tree = frsp_loader_most_promising(fs);
	}
	if (!tree || kthread_should_stop())
		return false;
	load_tree(fs, tree, io);
	keep_below_cap(fs);
	if (io)
		schedule_timeout_interruptible(PAUSE_JIFFIES);
	return true;
}

static int loader_thread(void *data)
{
	unsigned long expired = jiffies;
	struct frsp_fs *fs = data;
	u64 began_ns;
	bool loaded;

	frsp_loader_be_nice(fs);
	set_freezable();
	while (!kthread_should_stop()) {
		/*
		 * wait_event_freezable_timeout() freezes only if it has to
		 * wait.
		 */
		try_to_freeze();
		wait_event_freezable_timeout(fs->loader.wait,
					     frsp_loader_has_work(fs),
					     frsp_scan_wait(fs));
		began_ns = current->se.sum_exec_runtime;
		loaded = work(fs, &expired);
		/* Only its own CPU time counts for the scan. */
		fs->scan.cpu_ns += current->se.sum_exec_runtime - began_ns;
		if (!loaded && !kthread_should_stop())
			frsp_scan_step(fs);
	}
	return 0;
}

int frsp_loader_make(struct frsp_fs *fs)
{
	struct task_struct *task =
		kthread_create(loader_thread, fs, "frsp/%s", fs->sb->s_id);

	if (IS_ERR(task))
		return PTR_ERR(task);
	fs->loader.task = task;
	return 0;
}

void frsp_loader_start(struct frsp_fs *fs)
{
	wake_up_process(fs->loader.task);
}

void frsp_loader_stop(struct frsp_fs *fs)
{
	WRITE_ONCE(fs->loader.is_stopping, true);
	set_user_nice(fs->loader.task, 0);
	kthread_stop(fs->loader.task);
	/* from now on another process may have its address */
	WRITE_ONCE(fs->loader.task, NULL);
}
