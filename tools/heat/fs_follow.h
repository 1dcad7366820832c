/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One filesystem that is followed while it is unmounted and mounted again: by
 * its identity (bpf/hot_fs.h), and not by the device number that it had.
 */
#ifndef FRSP_FS_FOLLOW_H
#define FRSP_FS_FOLLOW_H

#include "fs/mount.h"
#include "heat/track.h"

struct fs_follow {
	struct frsp_hot_fs_query was; /* when it was seen last */
	bool is_there;
};

/* The one with this number. 0, -ENODEV: none is mounted, or another -errno. */
int fs_follow_begin(struct fs_follow *follow, struct hot_track *track,
		    const struct mount_table *mounts, __u32 fs_dev);

/* Looks where it is now, and has the program count it. */
void fs_follow(struct fs_follow *follow, struct hot_track *track,
	       const struct mount_table *mounts);

#endif
