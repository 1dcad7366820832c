/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the identities in the hot table (bpf/hot_fs.h) stand for: a filesystem
 * or a disk that is there now, or one that was.
 */
#ifndef FRSP_FS_IDENTITY_H
#define FRSP_FS_IDENTITY_H

#include "fs/mount.h"
#include "heat/track.h"

struct fs_identities;

struct fs_identity {
	bool is_known; /* it is in hotmon_fs; else .fs is all 0 */
	/* A filesystem: it is mounted, in any mount namespace. If that cannot
	 * be found out: something with its device number is mounted here.
	 * A disk: it has the same medium as before.
	 */
	bool is_there;
	__u32 where; /* it is mounted: bits FRSP_HOT_FS_HERE and so on */
	struct frsp_hot_fs fs;
};

/* track and mounts must outlive the result. Returns NULL without memory. */
struct fs_identities *fs_identities_new(const struct hot_track *track,
					const struct mount_table *mounts);
void fs_identities_free(struct fs_identities *identities);

/* Begins a frame: fs_identity_get() looks once per frame at each identity. */
void fs_identities_next_frame(struct fs_identities *identities);

struct fs_identity fs_identity_get(struct fs_identities *identities, __u32 id);

/* As fs_identity_get(), but always looks again. */
struct fs_identity fs_identity_look(struct fs_identities *identities, __u32 id);

/* The mounted filesystem that has what the identity stands for, as its device
 * or as that of its log; NULL: none. Valid until the mount table is refreshed.
 */
const struct mount_entry *
fs_identity_mount(const struct fs_identities *identities,
		  const struct fs_identity *identity);

/* The identity of the disk or partition with this kernel dev_t; 0: none. */
__u32 fs_identity_of_disk(__u32 dev);

#endif
