/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mounted ext4 filesystem as frsp sees it, and the interfaces between the
 * files of the module, from the lowest file up.
 *
 * Lock order, outermost first:
 *   ext4's group lock  >  tree->lock  >  meta->lock
 *                                     >  lru_lock
 *                                     >  loader->lock
 *   ext4's group lock  >  tree->busy_lock
 * None of the spinlocks is taken from interrupts. Tree locks are never nested,
 * and none of these is taken inside mounted_lock (attach.c) or fs_lock (fs.c).
 * Sleeping: a filesystem's SRCU > closes_mutex (closes.c) > ftrace's own locks.
 */
#ifndef FRSP_H
#define FRSP_H

#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/srcu.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "busy.h"
#include "ext4.h"
#include "meta.h"
#include "pick.h"
#include "stats.h"

#undef pr_fmt
#define pr_fmt(fmt) "frsp: " fmt

struct frsp_sysfs;

/* The trees of a filesystem; replaced as a whole, under RCU, when it grows. */
struct frsp_trees {
	struct rcu_head rcu;
	u32 n;
	struct frsp_tree *tree[];
};

/* The background thread of a filesystem: wake.c, thread.c. */
struct frsp_loader {
	struct task_struct *task;
	wait_queue_head_t wait;
	bool kicked;	  /* there is work other than loading */
	bool is_stopping; /* a task waits for the end of the thread */
	spinlock_t lock;
	struct list_head wanted; /* tree->wanted */
};

/* The scan that the thread does when it has no other work: scan.c. */
struct frsp_scan {
	u32 rate; /* bitmaps per second, 0: off; READ_ONCE */
	u32 next; /* the next group to look at; READ_ONCE */
	/* used by the thread only, in jiffies */
	unsigned long pause; /* its length after the last step; 0: none */
	unsigned long pause_began;
	unsigned long due; /* when the next step may begin */
	unsigned long step_began;
	unsigned long disk_busy; /* disk_busy_jiffies() when the pause began */
	u64 cpu_ns; /* of the thread, at the start of the last step */
};

#define FRSP_ROOM_INDEX 256

struct frsp_fs {
	struct hlist_node hash;	 /* RCU; written under fs_lock */
	struct srcu_struct srcu; /* of readers that sleep: frsp_fs_get() */
	struct super_block *sb;
	u32 group_clusters;
	u32 span_log2;	       /* groups per tree */
	u32 reserved_clusters; /* for metadata, at a flexible group's start */
	u32 flex_trees;	       /* trees per flexible group, 1 or more */
	u64 first_data_block;
	u32 cluster_bits;

	struct frsp_trees __rcu *trees;
	struct mutex grow_mutex; /* one task at a time makes trees */
	u32 n_groups;		 /* groups that have trees; under grow_mutex */
	struct frsp_meta meta;
	struct frsp_memory memory;

	/* under share.c's mutex */
	struct list_head share;
	bool cap_is_given; /* mb_frsp_max_mem was written */
	bool is_served;

	/* tunables; READ_ONCE once per decision */
	bool steer;	/* freespace_tree */
	u32 aggression; /* frsp_cache_aggression, 0..3 */
	bool gave_up;	/* too many audits have failed */

	/*
	 * By a hash of the inode number: the index of the tree that may have
	 * the inode's room, plus 1; 0: none. Of two inodes with the same hash
	 * only the latest is in it: the room of the other one stays until newer
	 * rooms evict it. READ_ONCE.
	 */
	u32 room_index[FRSP_ROOM_INDEX];

	/* reads of groups that promised room: choose.c */
	u32 fruitless_reads; /* in a row, that found none; READ_ONCE */
	u32 reads_spared;

	/* trees with extents, for eviction: memory.c */
	spinlock_t lru_lock;
	struct list_head lru_active;
	struct list_head lru_inactive;
	u32 n_active;		     /* trees on the active list */
	u32 n_cached;		     /* trees on both lists */
	struct llist_head condemned; /* extents to free: extent.h */
	struct shrinker *shrinker;

	struct frsp_loader loader;
	struct frsp_scan scan;

	/* sums over tree->busy: busy_track.c */
	atomic64_t busy_extents, busy_extents_peak;
	atomic64_t busy_clusters, busy_clusters_peak;
	u32 busy_longest[2]; /* by tid & 1 of the transaction; a hint */
	u32 committed_tid;
	bool commit_asked; /* for this transaction */
	struct work_struct commit_work;

	spinlock_t places_lock;	 /* place.c */
	struct list_head places; /* RCU */

	struct frsp_stats __percpu *stats;
	struct frsp_sysfs *sysfs;
};

/* The sum over all CPUs, which go on counting: it may be slightly old. */
static inline u64 frsp_stats_sum(struct frsp_fs *fs, enum frsp_counter counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) sum +=
		per_cpu_ptr(fs->stats, cpu)->count[counter];
	return sum;
}

/*
 * fs.c: the filesystems that are attached. find: the filesystem of a
 * superblock, or NULL; valid within the caller's RCU read-side section. get:
 * the same, valid until put; the caller may sleep between them.
 */
struct frsp_fs *frsp_fs_find(struct super_block *sb);
struct frsp_fs *frsp_fs_get(struct super_block *sb, int *cookie);
void frsp_fs_put(struct frsp_fs *fs, int cookie);
/*
 * add: readers find the filesystem from now on. remove: no reader finds it any
 * more; sleeps until those that found it before have finished. each: calls a
 * function for each filesystem, under RCU.
 */
void frsp_fs_add(struct frsp_fs *fs);
void frsp_fs_remove(struct frsp_fs *fs);
void frsp_fs_each(void (*call)(struct frsp_fs *fs));

/*
 * trees.c. of_group: the tree of a group, and the group's index in it; NULL:
 * the group was added a moment ago. at: the tree with an index, or NULL.
 * groups_of: how many groups of a tree exist, as the last tree covers groups
 * that may be added later. All under RCU or between get and put.
 */
struct frsp_tree *frsp_trees_of_group(struct frsp_fs *fs, u32 group,
				      u32 *in_tree);
struct frsp_tree *frsp_trees_at(struct frsp_fs *fs, u32 index);
u32 frsp_trees_count(struct frsp_fs *fs);
u32 frsp_trees_groups_of(struct frsp_fs *fs, const struct frsp_tree *tree);
/* The memory of all trees without their extents, but with their rooms. */
u64 frsp_trees_index_bytes(struct frsp_fs *fs);
/*
 * False: the group's bitmap is on the disk. True: ext4 has not written it yet,
 * and an UNKNOWN group now has what the descriptor says.
 */
bool frsp_trees_note_uninit(struct frsp_fs *fs, struct frsp_tree *tree,
			    u32 group);
/*
 * make: makes trees for n_groups, and keeps the existing ones. Under
 * grow_mutex; 0 or -ENOMEM. grow: follows an online growth, with more groups in
 * the last tree, and new trees; true: the filesystem has grown. Both may sleep.
 * free: frees all trees; no other task can reach the filesystem any more.
 */
int frsp_trees_make(struct frsp_fs *fs, u32 n_groups);
bool frsp_trees_grow(struct frsp_fs *fs);
void frsp_trees_free(struct frsp_fs *fs);

/*
 * wake.c: what the background thread has to do. None of these sleeps.
 *   want            the thread shall load the tree; io: and read bitmaps for it
 *   retry           ends every tree's back-off, as there may be room now
 *   kick            there is other work
 *   next            takes the first wanted tree off the list, or NULL
 *   most_promising  the tree that level 3 loads without a request, or NULL
 *   has_work        there is work besides the scan; called by the thread
 *   may_read        bitmaps may be read that no task waits for
 *   is_done         all groups of the tree are LOADED or BAD
 *   be_nice         the thread leaves the CPU and the disk to others, unless a
 *                   task waits for its end
 *   be_quick        the thread competes with others, which may wait for what it
 *                   holds; these two do nothing in other tasks
 */
void frsp_loader_init(struct frsp_fs *fs);
void frsp_loader_be_nice(struct frsp_fs *fs);
void frsp_loader_be_quick(struct frsp_fs *fs);
void frsp_loader_want(struct frsp_fs *fs, struct frsp_tree *tree, bool io);
void frsp_loader_retry(struct frsp_fs *fs);
void frsp_loader_kick(struct frsp_fs *fs);
struct frsp_tree *frsp_loader_next(struct frsp_fs *fs, bool *io);
struct frsp_tree *frsp_loader_most_promising(struct frsp_fs *fs);
bool frsp_loader_has_work(struct frsp_fs *fs);
bool frsp_loader_may_read(struct frsp_fs *fs);
bool frsp_loader_is_done(struct frsp_fs *fs, struct frsp_tree *tree);

/*
 * busy_track.c: freed extents until their transaction commits. They may take
 * memory.max_bytes / FRSP_BUSY_PART, or a page, in addition to the extents of
 * the trees.
 */
#define FRSP_BUSY_PART 8
void frsp_busy_freed(struct super_block *sb, u32 group, s32 start, s32 len);
void frsp_busy_reusable(struct frsp_fs *fs, struct frsp_tree *tree, u32 start,
			u32 len);
void frsp_busy_committed(struct super_block *sb, u32 tid);
/*
 * Asks jbd2 for a commit if a busy extent has len clusters; once per
 * transaction.
 */
void frsp_busy_request_commit(struct frsp_fs *fs, u32 len);
void frsp_busy_commit_work(struct work_struct *work);
/*
 * Removes what failed frees have left behind, if its transaction has committed.
 */
void frsp_busy_expire_all(struct frsp_fs *fs);

/*
 * memory.c: which trees keep their extents. start: from now on, until stop, the
 * kernel takes extents back when memory is short; 0 or -errno. used: a decision
 * looked at the tree. condemn: the tree has lost its extents; the thread frees
 * them later. reclaim: evicts the least used trees until at most max_bytes are
 * in use; spares keep, which may be NULL. free_condemned: frees condemned
 * extents. The last two may sleep.
 */
extern struct kmem_cache *frsp_extent_cache; /* made in main.c */
void frsp_memory_init(struct frsp_fs *fs);
int frsp_memory_start(struct frsp_fs *fs);
void frsp_memory_stop(struct frsp_fs *fs);
void frsp_memory_used(struct frsp_fs *fs, struct frsp_tree *tree);
void frsp_memory_condemn(struct frsp_fs *fs, struct frsp_tree *tree,
			 struct rb_root *extents);
void frsp_memory_reclaim(struct frsp_fs *fs, u64 max_bytes,
			 const struct frsp_tree *keep);
void frsp_memory_free_condemned(struct frsp_fs *fs);
/*
 * Reclaims, and waits until at most max_bytes are in use, whichever task evicts
 * and frees, or for a signal. Sleeps.
 */
void frsp_memory_shrink(struct frsp_fs *fs, u64 max_bytes);

/*
 * share.c: the caps of memory. join: from now on, until leave, the filesystem
 * has a share of the memory of all. update: a filesystem has grown. give: sets
 * the filesystem's own cap, max_bytes (0: unlimited); returns when no more is
 * in use, or on a signal. All sleep, and change the shares of others.
 */
void frsp_share_join(struct frsp_fs *fs);
void frsp_share_leave(struct frsp_fs *fs);
void frsp_share_update(void);
void frsp_share_give(struct frsp_fs *fs, u64 max_bytes);

/* track.c: what ext4 did to its free space. Called with its group lock held. */
void frsp_track_used(struct ext4_buddy *e4b, struct ext4_free_extent *ex);
void frsp_track_freed(struct ext4_buddy *e4b, s32 start, s32 len);
void frsp_track_generated(struct super_block *sb, const void *bitmap,
			  u32 group);
void frsp_track_corrupted(struct super_block *sb, u32 group);
/* Empties a tree that could not follow. The caller holds tree->lock. */
void frsp_tree_give_up(struct frsp_fs *fs, struct frsp_tree *tree, u32 group,
		       enum frsp_tree_result why);

/*
 * load.c: loading groups. The first three sleep, read at most once, and return
 * 0 or -errno.
 *   init_group    has ext4 make the group's buddy, unless this mount has it
 *                 already; if that fails, the group is BAD, except for -ENOMEM
 *   summary       notes what ext4's bitmap of the group says, read if needed
 *   group         puts the group's extents into the tree, from ext4's bitmap in
 *                 memory; io: reads it first if needed
 *   state         of a group, by its index in the tree
 *   is_in_memory  ext4 has the group's bitmap in its buddy cache
 */
int frsp_load_init_group(struct frsp_fs *fs, u32 group);
int frsp_load_summary(struct frsp_fs *fs, u32 group);
int frsp_load_group(struct frsp_fs *fs, u32 group, bool io);
enum frsp_group_state frsp_load_state(struct frsp_tree *tree, u32 in_tree);
bool frsp_load_is_in_memory(struct frsp_fs *fs, u32 group);

/*
 * scan.c. set_rate: scans at most so many bitmaps per second (up to
 * FRSP_SCAN_MAX; 0: no scan), from the first group on. left: how many groups it
 * has not looked at yet; 0: it has finished, or is off. The thread calls the
 * rest. wait: jiffies until step has something to do.
 */
#define FRSP_SCAN_MAX 1000
void frsp_scan_set_rate(struct frsp_fs *fs, u32 rate);
u32 frsp_scan_left(struct frsp_fs *fs);
long frsp_scan_wait(struct frsp_fs *fs);
void frsp_scan_step(struct frsp_fs *fs);

/*
 * thread.c: the background thread. make: it does nothing until start; 0 or
 * -errno. make and stop sleep; stop is also right if start was not called.
 */
int frsp_loader_make(struct frsp_fs *fs);
void frsp_loader_start(struct frsp_fs *fs);
void frsp_loader_stop(struct frsp_fs *fs);

/* summary.c: the ioctls EXPORT, IMPORT and FREE_EXTENTS of uapi/frsp.h. */
struct frsp_ioc_summary;
struct frsp_ioc_free_extents;
long frsp_summary_export(struct frsp_fs *fs, struct frsp_ioc_summary *out);
long frsp_summary_import(struct frsp_fs *fs, struct frsp_ioc_summary *in);
long frsp_summary_free_extents(struct frsp_fs *fs,
			       struct frsp_ioc_free_extents *out);

/*
 * rooms.c. keep: ext4 has taken an offer with a room, which is now the only
 * room of its file. May sleep. forget: removes the rooms of all files of all
 * filesystems. Does not sleep. file_closed: called at the entry of
 * ext4_release_file(), under RCU; does not sleep.
 */
void frsp_rooms_keep(struct frsp_fs *fs, struct frsp_tree *tree,
		     const struct frsp_offer *offer);
void frsp_rooms_forget(void);
void frsp_rooms_file_closed(struct frsp_fs *fs, struct inode *inode,
			    struct file *file);

/*
 * closes.c: whether the closing of files is watched.
 *   init         ops is the hook; while it is registered, it calls
 *                frsp_place_file_closed() and frsp_rooms_file_closed() for each
 *                file that is closed
 *   hold         before a file gets target ranges: closing is watched from now
 *                on, or -errno; sleeps
 *   release      the target ranges are gone; does not sleep
 *   watch_rooms  true: closing is watched, so a room may be kept; false: it
 *                will be soon, unless ftrace refuses; does not sleep
 *   exit         no filesystem is attached any more
 */
struct ftrace_ops;
void frsp_closes_init(struct ftrace_ops *ops);
int frsp_closes_hold(void);
void frsp_closes_release(void);
bool frsp_closes_watch_rooms(void);
void frsp_closes_exit(void);

/* exchange.c: at the entry of ext4_swap_extents(); does not sleep. */
void frsp_exchange_begins(handle_t *handle, struct inode *inode,
			  struct inode *donor);

/* place.c: files whose next extents go to given ranges. */
struct frsp_range;
int frsp_place_add(struct frsp_fs *fs, struct file *file,
		   const struct frsp_range *ranges, u32 n);
int frsp_place_remove(struct frsp_fs *fs, struct file *file);
/* Called at the entry of ext4_release_file(), under RCU; does not sleep. */
void frsp_place_file_closed(struct frsp_fs *fs, struct file *file);
void frsp_place_clear(struct frsp_fs *fs);
/*
 * Where the inode's next len clusters should go. True: *group and *start are
 * the start of a free extent in its ranges, and *free is its length there.
 * False: its ranges have none, or it has no ranges.
 */
bool frsp_place_next(struct frsp_fs *fs, struct inode *inode, u32 len,
		     u32 *group, u32 *start, u32 *free);

/* steer.c: what the redirect does before and after ext4's own allocator. */
struct frsp_steering {
	struct frsp_tree *tree; /* of the offer; NULL: nothing was offered */
	struct frsp_offer offer;
	enum frsp_pick_kind kind;
	u32 group;   /* of the offered goal */
	bool failed; /* ext4 failed with the offer, which was taken back */
	/* ext4's own values, for frsp_steer_retry() */
	u32 own_group;
	s32 own_start;
	s32 own_len;
	u32 own_flags;
};

void frsp_steer(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		struct frsp_steering *steering);
/*
 * The original has failed with err. True: the cause is our goal, and ext4 has
 * not begun to search; its own goal is back in place, and the caller must call
 * the original once more. If the bitmap of the goal's group could not be read,
 * the group is BAD from then on.
 */
bool frsp_steer_retry(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		      struct frsp_steering *steering, int err);
void frsp_steer_end(struct frsp_fs *fs, struct ext4_allocation_context *ac,
		    struct frsp_steering *steering);

/*
 * attach.c. Nothing is attached before attach_all, which needs all hooks to be
 * live: it attaches the filesystems that are mounted now, and from then on
 * hook.c attaches each one at its mount. After detach_all nothing is attached
 * any more. detach returns when the filesystem is detached, whichever task does
 * that. All of these sleep, and wait for the I/O of the filesystem in question.
 * attach: true if the superblock was not known yet, steered or not.
 * missed: a request met a filesystem that is not attached; does not sleep.
 */
void frsp_fs_attach_all(void);
void frsp_fs_detach_all(void);
bool frsp_fs_attach(struct super_block *sb);
void frsp_fs_detach(struct super_block *sb);
void frsp_fs_missed(struct super_block *sb);

/* sysfs.c, dev.c, hook.c */
void frsp_sysfs_init(void);
int frsp_sysfs_add(struct frsp_fs *fs);
void frsp_sysfs_remove(struct frsp_fs *fs);
int frsp_dev_init(void);
void frsp_dev_exit(void);
int frsp_hook_init(void);
void frsp_hook_exit(void);

#endif
