/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells ext4 where to allocate: frsp.ko, or else a goal that counts
 * (move/anchor.h, move/goal_knobs.h).
 */
#ifndef FRSP_MOVE_STEERING_H
#define FRSP_MOVE_STEERING_H

#include "move/facts.h"
#include "move/goal_knobs.h"
#include "uapi/frsp.h"

struct steering {
	int dir;    /* a directory of the filesystem */
	int module; /* FRSP_DEVICE, if frsp.ko steers here; else -1 */
	struct goal_knobs knobs;
};

/* dir is duplicated; fs must stay until steering_close(). 0, or -errno, with
 * which *failed says what failed.
 */
int steering_open(struct steering *steering, const struct move_fs *fs, int dir,
		  const char **failed);
void steering_close(struct steering *steering);

/* Lets frsp.ko place what the donor gets next in the ranges, of which there are
 * n. 0; -EOPNOTSUPP: it does not steer here, so that the goal has to do; or
 * another -errno.
 */
int steering_place(const struct steering *steering, int donor,
		   const struct frsp_range *ranges, unsigned int n);

/* Allocates as donor_allocate(), and the goal counts meanwhile. */
int steering_allocate(const struct steering *steering, int donor, __u64 start,
		      __u64 bytes, __u64 keep_free);

#endif
