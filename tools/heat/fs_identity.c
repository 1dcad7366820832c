// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hotmon_fs says what an identity was. Whether that is there now is looked up
 * in sysfs (disks) or in the kernel's list of superblocks (filesystems), once
 * per frame.
 */
#include "heat/fs_identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/sysfs.h"

struct looked_at {
	__u32 id;
	__u64 frame;
	struct fs_identity identity;
	UT_hash_handle hh;
};

struct fs_identities {
	const struct hot_track *track;
	const struct mount_table *mounts;
	struct looked_at *all;
	__u64 frame;
};

struct fs_identities *fs_identities_new(const struct hot_track *track,
					const struct mount_table *mounts)
{
	struct fs_identities *identities = calloc(1, sizeof(*identities));

	if (!identities)
		return NULL;
	identities->track = track;
	identities->mounts = mounts;
	return identities;
}

static void forget_all(struct fs_identities *identities)
{
	struct looked_at *looked_at, *next;

	HASH_ITER (hh, identities->all, looked_at, next) {
		HASH_DEL(identities->all, looked_at);
		free(looked_at);
	}
}

void fs_identities_free(struct fs_identities *identities)
{
	if (!identities)
		return;
	forget_all(identities);
	free(identities);
}

void fs_identities_next_frame(struct fs_identities *identities)
{
	identities->frame++;
	/* entries of filesystems that are gone would stay for good */
	if (HASH_COUNT(identities->all) > FRSP_HOT_MAX_FS)
		forget_all(identities);
}

__u32 fs_identity_of_disk(__u32 dev)
{
	char dir[64];
	__u64 seq;

	snprintf(dir, sizeof(dir), "/sys/dev/block/%u:%u", kdev_major(dev),
		 kdev_minor(dev));
	/* A partition has no diskseq. Its directory is in that of its disk. */
	if (sysfs_read_u64(dir, "diskseq", &seq) &&
	    sysfs_read_u64(dir, "../diskseq", &seq))
		return 0;
	return hot_fs_id(seq, dev, HOT_FS_DISK);
}

static bool is_disk(const struct frsp_hot_fs *fs)
{
	return kdev_major(fs->fs_dev) && !fs->fs_type[0];
}

static void find_fs(const struct fs_identities *identities,
		    struct fs_identity *identity)
{
	const struct frsp_hot_fs *fs = &identity->fs;
	struct frsp_hot_fs_query query = {.fs = fs->fs, .fs_dev = fs->fs_dev};
	int err = hot_track_find_fs(identities->track, &query);

	identity->is_there = !err;
	identity->where = query.where;
	if (!err || err == -ENOENT)
		return;
	identity->is_there =
		mount_table_next_by_dev(identities->mounts, fs->fs_dev, NULL);
	identity->where = FRSP_HOT_FS_UNSEEN;
}

static struct fs_identity look(const struct fs_identities *identities, __u32 id)
{
	struct fs_identity identity = {.is_known = false};

	if (hot_track_fs(identities->track, id, &identity.fs))
		return identity;
	identity.is_known = true;
	if (is_disk(&identity.fs))
		identity.is_there =
			fs_identity_of_disk(identity.fs.fs_dev) == id;
	else
		find_fs(identities, &identity);
	return identity;
}

struct fs_identity fs_identity_look(struct fs_identities *identities, __u32 id)
{
	struct fs_identity identity = look(identities, id);
	struct looked_at *looked_at;

	HASH_FIND(hh, identities->all, &id, sizeof(id), looked_at);
	if (!looked_at) {
		looked_at = calloc(1, sizeof(*looked_at));
		if (!looked_at)
			return identity;
		looked_at->id = id;
		HASH_ADD(hh, identities->all, id, sizeof(id), looked_at);
		if (!looked_at->hh.tbl) { /* HASH_ADD() got no memory */
			free(looked_at);
			return identity;
		}
	}
	looked_at->identity = identity;
	looked_at->frame = identities->frame;
	return identity;
}

struct fs_identity fs_identity_get(struct fs_identities *identities, __u32 id)
{
	struct looked_at *looked_at;

	HASH_FIND(hh, identities->all, &id, sizeof(id), looked_at);
	if (looked_at && looked_at->frame == identities->frame)
		return looked_at->identity;
	return fs_identity_look(identities, id);
}

const struct mount_entry *
fs_identity_mount(const struct fs_identities *identities,
		  const struct fs_identity *identity)
{
	return identity->is_there ? mount_table_backed_by(identities->mounts,
							  identity->fs.fs_dev)
				  : NULL;
}
