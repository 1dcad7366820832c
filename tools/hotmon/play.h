/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays a recording in place of what happens now: where it is, and how fast. */
#ifndef FRSP_HOTMON_PLAY_H
#define FRSP_HOTMON_PLAY_H

#include "base/log.h"
#include "heat/replay.h"
#include "hotmon/opts.h"

struct play {
	struct hot_replay *replay;
	double speed; /* seconds of the recording a second */
	/* A place in the recording, and the monotonic time when it was there:
	 * the live view plays what lies between.
	 */
	__u64 at_ns;
	double there_s;
	__u64 step_ns; /* of a report; 0: one interval, or all for --once */
	bool is_at_end;
};

/* Opens the recording of the options and goes to --from. */
enum exit_code play_open(const struct hotmon_opts *opts, struct play *play);
void play_close(struct play *play);

/* Finds the filesystem of the recording that the option --fs means: where it
 * was mounted, a path below that, or MAJOR:MINOR. mounts: of the recording.
 * Sets *dev (kernel dev_t), and name, for people. Prints what is wrong.
 */
enum exit_code play_find_fs(const struct play *play, const char *spec,
			    const struct mount_table *mounts, __u32 *dev,
			    const char **name);

/* For reports: plays what the next one is about. Returns 1; 0: it is at its
 * end; or -errno.
 */
int play_step(struct play *play);

/* For the live view: plays up to where it should be by now. 0 or -errno. */
int play_on(struct play *play);

/* Keeps the place while the view is in a pause. */
void play_wait(struct play *play);

/* Goes this far ahead, or back. Returns 0 or -errno. */
int play_go(struct play *play, double seconds);

/* Doubles or halves the speed, from 0.01 to 100000. */
void play_faster(struct play *play);
void play_slower(struct play *play);

#endif
