/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes ext4's allocator begin at the goal of a request, for a moment.
 *
 * A request that ends beyond block mb_stream_req of its file (a file in
 * /sys/fs/ext4/DEV, 16 by default) goes to where the last such request went,
 * whatever its goal is. And where mb_max_linear_groups is 0, as on disks that
 * do not rotate, the search may begin with another group (since 6.17). In a
 * group, a request that is no power of 2, or of one block, gets the best of the
 * first free extents that the search meets (mb_min_to_scan, 10), such as a part
 * of a long one, even if another is just as long as the request. So these are
 * raised, and restored at once.
 *
 * They are the filesystem's, so a request of another process at that moment
 * goes to its own goal, too. If the program is killed at that moment, they stay
 * raised. So the old values are noted in /run/frspctl before, and the next
 * program that takes the lock restores them. The lock keeps two programs from
 * restoring what the other has raised.
 */
#ifndef FRSP_MOVE_GOAL_KNOBS_H
#define FRSP_MOVE_GOAL_KNOBS_H

#define GOAL_KNOBS_DIR "/run/frspctl"

struct goal_knobs {
	const char *fs_name; /* its name in /sys/fs/ext4 */
	const char *dir;     /* GOAL_KNOBS_DIR */
	const char *sys;     /* "/sys" */
	int file;	     /* of the lock and the old values */
};

/* .fs_name, .dir and .sys are set. Opens the file, and restores what a program
 * that was killed has left. 0 or -errno.
 */
int goal_knobs_open(struct goal_knobs *knobs);
void goal_knobs_close(struct goal_knobs *knobs);

/* Waits for the lock, and raises. The caller must block all signals that could
 * end or stop the program. 0, or -errno: nothing is raised.
 */
int goal_knobs_raise(const struct goal_knobs *knobs);
/* Restores, and gives the lock back. 0 or -errno. */
int goal_knobs_restore(const struct goal_knobs *knobs);

#endif
