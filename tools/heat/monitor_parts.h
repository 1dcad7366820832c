/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What heat/monitor.c ties together, for the other files of this folder. */
#ifndef FRSP_HOT_MONITOR_PARTS_H
#define FRSP_HOT_MONITOR_PARTS_H

#include "fs/mount.h"
#include "heat/actors.h"
#include "heat/fs_identity.h"
#include "heat/monitor.h"

struct hot_monitor_parts {
	struct hot_track *track;
	struct hot_actors *actors;
	struct fs_identities *identities;
	struct mount_table *mounts;
	struct path_cache *paths;
};

struct hot_monitor_parts hot_monitor_parts(const struct hot_monitor *monitor);

#endif
