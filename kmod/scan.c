// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scan in the background makes each UNKNOWN group a SUMMARY, once, in the
 * order of the disk. After that, requests find room without reads. It is off by
 * default; setting a rate starts it.
 *
 * The filesystem's thread scans when it has nothing else to do, in steps of a
 * fifth of a second. The scan yields the disk and the CPU to others:
 *
 * In the pause after a step it reads nothing; at most the end of a read-ahead
 * is still under way. If the disk was busy for an eighth of that pause or more,
 * other tasks need it: the next step is skipped, and the pause after that is
 * twice as long, up to 10 s.
 *
 * The time from the start of one step to the start of the next is at least 100
 * times the CPU time that the first one has used.
 *
 * For example, with a rate of 100 a step reads 20 bitmaps, which are usually
 * side by side on the disk. The 491520 groups of 60 TiB take 82 minutes.
 */
#include <linux/blkdev.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/part_stat.h>

#include "frsp.h"

#define STEP_JIFFIES	  (HZ / 5)
#define MAX_PAUSE_JIFFIES (10 * HZ)
#define BUSY_PART	  8   /* of a pause: 1/8 */
#define CPU_PART	  100 /* 1/100 of a CPU */

/*
 * For how long the disk has been busy with I/O, in jiffies since it appeared.
 * The whole disk counts, as its partitions share its time. Disks behind a
 * logical volume, an md or a loop device are not seen. The block layer counts
 * this for iostat (update_io_ticks() in block/blk-core.c, in 6.1 and 7.3),
 * unless an administrator has written 0 to the disk's queue/iostats.
 */
static unsigned long disk_busy_jiffies(struct frsp_fs *fs)
{
	struct block_device *disk = bdev_whole(fs->sb->s_bdev);

	return part_stat_read(disk, io_ticks);
}

static void begin_pause(struct frsp_fs *fs, unsigned long pause)
{
	struct frsp_scan *scan = &fs->scan;

	scan->pause = pause;
	scan->pause_began = jiffies;
	scan->due = jiffies + pause;
	scan->disk_busy = disk_busy_jiffies(fs);
}

static bool others_use_disk(struct frsp_fs *fs)
{
	unsigned long paused = jiffies - fs->scan.pause_began;
	unsigned long busy = disk_busy_jiffies(fs) - fs->scan.disk_busy;

	return busy >= max(paused / BUSY_PART, 1UL);
}

/*
 * Whether enough time has passed for the CPU time of the last step; if not,
 * moves due. The scheduler updated the thread's CPU time when the thread fell
 * asleep. thread.c adds the CPU time of other work to cpu_ns, so that it does
 * not count here.
 */
static bool has_cpu_time(struct frsp_scan *scan)
{
	u64 cpu_ns = current->se.sum_exec_runtime;
	unsigned long worth =
		nsecs_to_jiffies((cpu_ns - scan->cpu_ns) * CPU_PART);

	if (time_before(jiffies, scan->step_began + worth)) {
		scan->due = scan->step_began + worth;
		return false;
	}
	scan->cpu_ns = cpu_ns;
	scan->step_began = jiffies;
	return true;
}

static bool is_unknown(struct frsp_fs *fs, u32 group)
{
	u32 in_tree;
	struct frsp_tree *tree = frsp_trees_of_group(fs, group, &in_tree);

	return tree && READ_ONCE(tree->groups[in_tree].free) &&
	       frsp_load_state(tree, in_tree) == FRSP_GROUP_UNKNOWN;
}

/*
 * Reads at most n unknown groups. The hooks note what ext4 finds, or the group
 * is bad. If there is no memory for a group, the next step begins with it.
 */
static void read_unknown(struct frsp_fs *fs, u32 n)
{
	u32 first = READ_ONCE(fs->scan.next), group = first;
	u32 n_groups = READ_ONCE(fs->n_groups);

	while (group < n_groups && n && !frsp_loader_has_work(fs)) {
		if (is_unknown(fs, group)) {
			if (frsp_load_summary(fs, group) == -ENOMEM)
				break;
			n--;
		}
		group++;
		cond_resched();
	}
	/* frsp_scan_set_rate() may have set it to 0 meanwhile. */
	cmpxchg(&fs->scan.next, first, group);
}

static bool is_over(struct frsp_fs *fs)
{
	return !READ_ONCE(fs->scan.rate) ||
	       READ_ONCE(fs->scan.next) >= READ_ONCE(fs->n_groups);
}

void frsp_scan_step(struct frsp_fs *fs)
{
	struct frsp_scan *scan = &fs->scan;
	u32 rate = READ_ONCE(scan->rate), n;

	/* The rate may be changed at any time, also to 0. */
	if (!rate || is_over(fs)) {
		scan->pause = 0;
		return;
	}
	/*
	 * The scan begins with a pause, to measure how busy others keep the
	 * disk.
	 */
	if (!scan->pause) {
		scan->cpu_ns = current->se.sum_exec_runtime;
		scan->step_began = jiffies;
		begin_pause(fs, STEP_JIFFIES);
		return;
	}
	if (time_before(jiffies, scan->due) || !has_cpu_time(scan))
		return;
	if (others_use_disk(fs) || !frsp_loader_may_read(fs)) {
		begin_pause(fs, min_t(unsigned long, 2 * scan->pause,
				      MAX_PAUSE_JIFFIES));
		return;
	}
	n = max_t(u32, rate * STEP_JIFFIES / HZ, 1);
	read_unknown(fs, n);
	begin_pause(fs, DIV_ROUND_UP(n * HZ, rate));
}

long frsp_scan_wait(struct frsp_fs *fs)
{
	long left = fs->scan.due - jiffies;

	if (is_over(fs))
		return MAX_SCHEDULE_TIMEOUT;
	return fs->scan.pause ? max(left, 0L) : 0;
}

u32 frsp_scan_left(struct frsp_fs *fs)
{
	u32 next = READ_ONCE(fs->scan.next);
	u32 n_groups = READ_ONCE(fs->n_groups);

	return READ_ONCE(fs->scan.rate) && next < n_groups ? n_groups - next
							   : 0;
}

void frsp_scan_set_rate(struct frsp_fs *fs, u32 rate)
{
	WRITE_ONCE(fs->scan.next, 0);
	WRITE_ONCE(fs->scan.rate, rate);
	frsp_loader_kick(fs);
}
