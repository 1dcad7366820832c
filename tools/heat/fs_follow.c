// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A filesystem on a disk of its own has the same identity when it is mounted
 * again, so that the program in the kernel needs no word from us. btrfs has
 * another. There the same UUID on the same medium tells that it is the same: a
 * copy has the UUID, too, but not the medium.
 */
#include "heat/fs_follow.h"

#include <errno.h>

#include "heat/fs_identity.h"

static bool has_disk_of_its_own(const struct fs_follow *follow)
{
	return kdev_major(follow->was.fs_dev);
}

static void set_filter(const struct fs_follow *follow, struct hot_track *track,
		       const struct mount_table *mounts)
{
	struct hot_track_fs_filter filter = {.fs = follow->was.fs};
	const struct mount_entry *entry =
		mount_table_next_by_dev(mounts, follow->was.fs_dev, NULL);

	if (!has_disk_of_its_own(follow)) {
		filter.any_disk = true;
	} else {
		filter.disks[0] = fs_identity_of_disk(follow->was.fs_dev);
		for (int i = 0; entry && i < FRSP_HOT_EXTRA_DEVS; i++)
			if (entry->extra_devs[i])
				filter.disks[1 + i] = fs_identity_of_disk(
					entry->extra_devs[i]);
	}
	hot_track_follow_fs(track, &filter);
}

/* Under the identity that it had. Its disks may have changed while it was
 * mounted (btrfs). True also: nobody can tell.
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

/* Under another one, in whatever mount namespace. */
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
