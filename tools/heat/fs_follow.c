// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A filesystem whose s_dev is a disk (ext4, XFS) has the same identity when it
 * is mounted again, so the BPF programs go on counting it without us. btrfs
 * gets another identity each time. We know it again by its UUID together with
 * the medium of one of its disks: a copy has the same UUID, but on another
 * medium.
 */
#include "heat/fs_follow.h"

#include <errno.h>

#include "heat/fs_identity.h"

static bool has_disk_of_its_own(const struct fs_follow *follow)
{
	return kdev_major(follow->was.fs_dev);
}

/* Tells the programs which identities to count. */
static void set_filter(const struct fs_follow *follow, struct hot_track *track,
		       const struct mount_table *mounts)
{
	struct hot_track_fs_filter filter = {.fs = follow->was.fs};
	const struct mount_entry *entry =
		mount_table_next_by_dev(mounts, follow->was.fs_dev, NULL);

	if (!has_disk_of_its_own(follow)) {
		filter.any_disk = true;
	} else {
		filter.dev = follow->was.fs_dev;
		filter.disks[0] = fs_identity_of_disk(follow->was.fs_dev);
		for (int i = 0; entry && i < FRSP_HOT_EXTRA_DEVS; i++)
			if (entry->extra_devs[i])
				filter.disks[1 + i] = fs_identity_of_disk(
					entry->extra_devs[i]);
	}
	hot_track_follow_fs(track, &filter);
}

/* Whether the filesystem is mounted under the identity that it had; true also
 * if that cannot be found out. Takes over its current disk: btrfs may have
 * moved to another disk while it was mounted.
 */
static bool is_still_there(struct fs_follow *follow,
			   const struct hot_track *track)
{
	struct frsp_hot_fs_query query = {.fs = follow->was.fs,
					  .fs_dev = follow->was.fs_dev};
	int err = hot_track_find_fs(track, &query);

	if (!err)
		follow->was = query;
	return err != -ENOENT;
}

/* Looks for the filesystem under another identity, in all mount namespaces. */
static bool find_again(struct fs_follow *follow, const struct hot_track *track)
{
	struct frsp_hot_fs_query query = {
		.disk_dev = follow->was.disk_dev,
		.disk_seq = follow->was.disk_seq,
		.uuid = follow->was.uuid,
	};

	if (has_disk_of_its_own(follow) || !query.disk_seq || !query.uuid ||
	    hot_track_find_fs(track, &query))
		return false;
	follow->was = query;
	return true;
}

int fs_follow_begin(struct fs_follow *follow, struct hot_track *track,
		    const struct mount_table *mounts, __u32 fs_dev)
{
	int err;

	follow->was = (struct frsp_hot_fs_query){.fs_dev = fs_dev};
	err = hot_track_find_fs(track, &follow->was);
	follow->is_there = !err;
	if (!err)
		set_filter(follow, track, mounts);
	return err == -ENOENT ? -ENODEV : err;
}

void fs_follow(struct fs_follow *follow, struct hot_track *track,
	       const struct mount_table *mounts)
{
	bool was_there = follow->is_there;

	if (is_still_there(follow, track)) {
		follow->is_there = true;
		if (was_there)
			return;
	} else {
		follow->is_there = find_again(follow, track);
		if (!follow->is_there)
			return;
	}
	set_filter(follow, track, mounts);
}
