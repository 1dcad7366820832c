// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/steering.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "module/module.h"
#include "move/donor.h"

int steering_open(struct steering *steering, const struct move_fs *fs, int dir,
		  const char **failed)
{
	int err;

	*steering = (struct steering){
		.knobs = {.fs_name = fs->name,
			  .dir = GOAL_KNOBS_DIR,
			  .sys = "/sys",
			  .file = -1},
		.module = fs->notes_exchanges ? frsp_module_open() : -ENOENT,
		.dir = fcntl(dir, F_DUPFD_CLOEXEC, 0),
	};
	*failed = "cannot lock " GOAL_KNOBS_DIR;
	err = steering->dir < 0 ? -errno : goal_knobs_open(&steering->knobs);
	if (err)
		steering_close(steering);
	return err;
}

void steering_close(struct steering *steering)
{
	if (steering->knobs.file >= 0)
		goal_knobs_close(&steering->knobs);
	if (steering->module >= 0)
		close(steering->module);
	if (steering->dir >= 0)
		close(steering->dir);
}

int steering_place(const struct steering *steering, int donor,
		   const struct frsp_range *ranges, unsigned int n)
{
	int err;

	if (steering->module < 0)
		return -EOPNOTSUPP;
	err = frsp_module_place(steering->module, donor, ranges, n);
	/* frsp.ko has detached the filesystem, or has stopped */
	return err == -ENODEV ? -EOPNOTSUPP : err;
}

int steering_allocate(const struct steering *steering, int donor, __u64 start,
		      __u64 bytes, __u64 keep_free)
{
	int err = goal_knobs_raise(&steering->knobs), err_restore;

	if (err)
		return err;
	err = donor_allocate(donor, start, bytes, keep_free);
	err_restore = goal_knobs_restore(&steering->knobs);
	return err ?: err_restore;
}
