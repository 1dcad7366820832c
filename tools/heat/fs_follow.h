/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Follows one filesystem while it is unmounted and mounted again: by its
 * identity (bpf/hot_fs.h), as its device number may change or go to another
 * filesystem.
 */
#ifndef FRSP_FS_FOLLOW_H
#define FRSP_FS_FOLLOW_H

#include "fs/mount.h"
#include "heat/track.h"

struct fs_follow {
	struct frsp_hot_fs_query was; /* when it was last seen mounted */
	bool is_there;		      /* it is mounted now */
};

/* Begins with the filesystem that has this device number now, and has the
 * programs count it. Returns 0, -ENODEV: no such filesystem is mounted, or
 * another -errno.
 */
int fs_follow_begin(struct fs_follow *follow, struct hot_track *track,
		    const struct mount_table *mounts, __u32 fs_dev);

/* Looks where the filesystem is now, and has the programs count it there. */
void fs_follow(struct fs_follow *follow, struct hot_track *track,
	       const struct mount_table *mounts);

#endif
