// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decides when frsp watches the closing of files, by a hook of
 * ext4_release_file() (on_ext4_release_file() in hook.c). Files with target
 * ranges need that, and files with a room; all other files would pay for it. So
 * the hook exists while a file has target ranges, and while files ask for
 * rooms. When no file has asked for a while, the hook is removed, and all rooms
 * are forgotten: without it, nothing would remove the room of a file that is
 * closed.
 *
 * For example, a file asks for a room at 0 s, when the hook is set, and at 35
 * s. The check at 60 s sees that a file has asked: the hook stays. The check at
 * 120 s sees no use since: the hook is removed.
 *
 * A file with target ranges waits until the hook is set: without it, a later
 * file at the same address would be taken for the closed one. A room does not
 * wait, as requests come from within ext4's transaction: this room is not kept,
 * and the next one will be.
 */
#include <linux/ftrace.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "frsp.h"

/*
 * The hook stays for one to two of these periods after the last use. A file
 * that grows steadily asks each time that its pages are written, by default
 * every 35 s: dirty_expire_centisecs and dirty_writeback_centisecs.
 */
#define CHECK_JIFFIES (60 * HZ)

static struct ftrace_ops
	*hook; /* its filter stays set: ops_register(), hook.c */
static DEFINE_MUTEX(closes_mutex); /* guards the hook itself */
static bool is_watching;	   /* READ_ONCE; written under the mutex */
static bool is_used; /* a room has been asked for since the last check */
static atomic_t n_places;

static void check_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(check, check_work);

void frsp_closes_init(struct ftrace_ops *ops)
{
	hook = ops;
}

/* 0 or -errno. Under the mutex. */
static int watch(void)
{
	int err;

	if (is_watching)
		return 0;
	err = register_ftrace_function(hook);
	if (err)
		return err;
	WRITE_ONCE(is_watching, true);
	schedule_delayed_work(&check, CHECK_JIFFIES);
	return 0;
}

/*
 * If ftrace does not remove the hook, closing is still watched. Under the
 * mutex.
 */
static void unwatch(void)
{
	WRITE_ONCE(is_watching, false);
	if (unregister_ftrace_function(hook))
		WRITE_ONCE(is_watching, true);
	else
		frsp_rooms_forget();
}

static void check_work(struct work_struct *work)
{
	mutex_lock(&closes_mutex);
	if (watch()) {
		pr_warn_once(
			"no room is kept behind growing files: ext4_release_file() cannot be traced\n");
		/*
		 * If no room was asked for, the next request schedules this
		 * check.
		 */
		if (xchg(&is_used, false))
			schedule_delayed_work(&check, CHECK_JIFFIES);
	} else if (xchg(&is_used, false) || atomic_read(&n_places)) {
		schedule_delayed_work(&check, CHECK_JIFFIES);
	} else {
		unwatch();
	}
	mutex_unlock(&closes_mutex);
}

bool frsp_closes_watch_rooms(void)
{
	if (!READ_ONCE(is_used))
		WRITE_ONCE(is_used, true);
	if (READ_ONCE(is_watching))
		return true;
	schedule_delayed_work(&check, 0);
	return false;
}

int frsp_closes_hold(void)
{
	int err;

	mutex_lock(&closes_mutex);
	err = watch();
	if (!err)
		atomic_inc(&n_places);
	mutex_unlock(&closes_mutex);
	return err;
}

void frsp_closes_release(void)
{
	atomic_dec(&n_places);
}

void frsp_closes_exit(void)
{
	cancel_delayed_work_sync(&check);
	if (is_watching)
		unwatch();
}
