// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/steering.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "module/module.h"

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
