/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What heat/monitor.c ties together, for the other files of this folder. */
#ifndef FRSP_HOT_MONITOR_PARTS_H
#define FRSP_HOT_MONITOR_PARTS_H

#include "fs/mount.h"
#include "heat/actors.h"
#include "heat/fs_identity.h"
#include "heat/monitor.h"

struct file_paths;
struct hot_recorder;

struct hot_monitor_parts {
	struct hot_track *track;
	struct hot_actors *actors;
	struct fs_identities *identities;
	struct mount_table *mounts;
	struct path_cache *paths;
	struct file_paths *file_paths;
};

struct hot_monitor_parts hot_monitor_parts(const struct hot_monitor *monitor);

/* From now on, what is evicted from the table goes to this recorder first;
 * NULL: to none.
 */
void hot_monitor_set_recorder(struct hot_monitor *monitor,
			      struct hot_recorder *recorder);

/* Whether I/O without a file counts, on the disk with this identity. */
bool hot_monitor_counts_class(const struct hot_monitor *monitor, __u32 fs);

#endif
