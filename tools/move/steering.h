/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells ext4 where to allocate: frsp.ko, or else a goal that counts. */
#ifndef FRSP_MOVE_STEERING_H
#define FRSP_MOVE_STEERING_H

#include "move/facts.h"
#include "move/goal_knobs.h"

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

#endif
