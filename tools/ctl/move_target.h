/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tier that files are moved to, on one filesystem. */
#ifndef FRSP_CTL_MOVE_TARGET_H
#define FRSP_CTL_MOVE_TARGET_H

#include "ctl/move_walk.h"
#include "move/place.h"

/* The one of the last filesystem that a file was moved on. All 0: of none. */
struct move_target {
	struct move_fs fs; /* .dev 0: none yet */
	struct area area;
	struct place place;
};

/* Makes the area of the tier that "to" names, on the filesystem with this
 * device (kernel dev_t). If it fails, it has printed why.
 */
enum exit_code move_target_area(const struct ctl *ctl, const char *to,
				__u32 dev, struct area *area);

/* Opens the tier on the walk's filesystem, unless it is open. dir: a directory
 * of that. 0 or -errno, with *failed.
 */
int move_target_open(struct move_target *target, const char *to,
		     const struct move_walk *walk, int dir,
		     const char **failed);
void move_target_close(struct move_target *target);

#endif
