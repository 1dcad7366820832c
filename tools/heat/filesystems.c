// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists the filesystems that the table has files of. */
#include "heat/monitor.h"
#include "heat/monitor_parts.h"
#include "heat/remote.h"

static bool is_listed(const struct hot_filesystem *list, size_t n, __u32 dev)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].dev == dev)
			return true;
	return false;
}

static size_t list_tracked(struct hot_monitor *monitor,
			   struct hot_filesystem *list, size_t max)
{
	const struct hot_monitor_parts parts = hot_monitor_parts(monitor);
	size_t n = 0;
	__u32 id = 0;

	while (n < max && hot_track_next_fs(parts.track, &id)) {
		const struct fs_identity identity =
			fs_identity_get(parts.identities, id);
		const struct mount_entry *entry;

		if (!identity.is_there || !identity.fs.fs_type[0] ||
		    is_listed(list, n, identity.fs.fs_dev))
			continue;
		entry = mount_table_by_dev(parts.mounts, identity.fs.fs_dev);
		if (entry)
			list[n++] = (struct hot_filesystem){identity.fs.fs_dev,
							    entry->target};
	}
	return n;
}

size_t hot_monitor_filesystems(struct hot_monitor *monitor,
			       struct hot_filesystem *list, size_t max)
{
	struct hot_remote *remote = hot_monitor_remote(monitor);

	return remote ? hot_remote_filesystems(remote, list, max)
		      : list_tracked(monitor, list, max);
}
