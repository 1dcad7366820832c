// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/job_file.h"

#include <string.h>

#include "fs/ext4_super.h"
#include "paths/inode.h"

static bool has_uuid(const struct mount_entry *mount, const char *uuid)
{
	char text[EXT4_UUID_TEXT_LEN];
	struct ext4_super super;

	if (strcmp(mount->fs_type, "ext4") ||
	    ext4_super_read_dev(mount->dev, &super))
		return false;
	ext4_super_uuid(&super, text);
	return !strcmp(text, uuid);
}

const struct mount_entry *job_file_mount(const struct mount_table *mounts,
					 const char *uuid)
{
	const struct mount_entry *entry = NULL;
	__u32 last = 0;

	while ((entry = mount_table_next(mounts, entry))) {
		if (entry->dev == last) /* another mount of it */
			continue;
		last = entry->dev;
		if (has_uuid(entry, uuid))
			return mount_table_by_dev(mounts, entry->dev);
	}
	return NULL;
}

int job_file_open(const struct mount_entry *mount,
		  const struct journal_file *file)
{
	struct path_inode_query query = {
		.inode = {.ino = file->ino, .gen = file->generation},
	};
	int err = path_inode_through(&query, mount);

	return err ?: path_inode_open(&query);
}
