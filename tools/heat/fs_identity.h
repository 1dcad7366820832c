/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the identities in the hot table (bpf/hot_fs.h) stand for now: a
 * filesystem or disk that is there, or one that was.
 */
#ifndef FRSP_FS_IDENTITY_H
#define FRSP_FS_IDENTITY_H

#include "fs/mount.h"
#include "heat/track.h"

struct fs_identities;

struct fs_identity {
	bool is_known; /* else .fs is all 0 */
	/* The filesystem is mounted, in whatever namespace; the disk has the
	 * medium that it had. If that cannot be found out: something with its
	 * number is mounted here.
	 */
	bool is_there;
	/* Where it is mounted: bits FRSP_HOT_FS_HERE and so on. */
	__u32 where;
	struct frsp_hot_fs fs;
};

/* track and mounts must outlive it. NULL: no memory. */
struct fs_identities *fs_identities_new(const struct hot_track *track,
					const struct mount_table *mounts);
void fs_identities_free(struct fs_identities *identities);

/* From now on each is looked at once, until the next frame. */
void fs_identities_next_frame(struct fs_identities *identities);

struct fs_identity fs_identity_get(struct fs_identities *identities, __u32 id);

/* As fs_identity_get(), but looks at it again. */
struct fs_identity fs_identity_look(struct fs_identities *identities, __u32 id);

/* That of the disk with this number, a kernel dev_t; 0: there is none. */
__u32 fs_identity_of_disk(__u32 dev);

#endif
