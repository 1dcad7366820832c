// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In most cases process 1 has not changed its root, so its mountinfo has the
 * line that ours lacks. Otherwise the device is what statx() says; on btrfs
 * that is the device of the subvolume.
 */
#include "fs/mount_root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/aside.h"

#define XFS_MAGIC 0x58465342 /* from fs/xfs; no header has it */

struct query {
	int id;
	__u32 dev; /* kernel dev_t */
	__u32 magic;
};

static const struct {
	__u32 magic;
	const char *fs_type;
} types[] = {
	{EXT4_SUPER_MAGIC, "ext4"}, /* ext2 and ext3, too */
	{XFS_MAGIC, "xfs"},
	{BTRFS_SUPER_MAGIC, "btrfs"},
	{F2FS_SUPER_MAGIC, "f2fs"},
};

static const char *type_of(__u32 magic)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (magic == types[i].magic)
			return types[i].fs_type;
	return NULL;
}

/* For aside(). */
static int look_at_root(void *message, int *no_fd)
{
	struct query *query = message;
	struct statx stx;
	struct statfs fs;

	(void)no_fd;
	if (statx(AT_FDCWD, "/", AT_STATX_DONT_SYNC, STATX_MNT_ID, &stx) ||
	    statfs("/", &fs))
		return -errno;
	if (!(stx.stx_mask & STATX_MNT_ID)) /* before Linux 5.8 */
		return -EOPNOTSUPP;
	query->id = stx.stx_mnt_id;
	query->dev =
		kdev_from_user(makedev(stx.stx_dev_major, stx.stx_dev_minor));
	query->magic = fs.f_type;
	return 0;
}

static bool device_of_mount(int id, __u32 *dev)
{
	FILE *file = fopen("/proc/1/mountinfo", "re");
	unsigned int dev_major, dev_minor;
	bool found = false;
	int line_id;

	if (!file)
		return false;
	while (!found && fscanf(file, "%d %*d %u:%u%*[^\n]", &line_id,
				&dev_major, &dev_minor) == 3)
		found = line_id == id;
	fclose(file);
	if (found)
		*dev = dev_major << KDEV_MINOR_BITS | dev_minor;
	return found;
}

/* True if our root is a mount point, so that mountinfo has a line for it. */
static bool has_root(const struct mount_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i].target[0] == '/' && !entries[i].target[1])
			return true;
	return false;
}

bool mount_root_read(const struct mount_entry *entries, size_t n,
		     struct mount_entry *root)
{
	struct query query = {.id = 0};
	const char *fs_type;

	if (has_root(entries, n) ||
	    aside(look_at_root, &query, sizeof(query), 0, NULL))
		return false;
	fs_type = type_of(query.magic);
	if (!fs_type)
		return false;
	*root = (struct mount_entry){
		.target = "/",
		.source = "",
		.fs_type = fs_type,
		.root = "",
		.options = "",
		.dev = query.dev,
		.id = query.id,
		.parent_id = query.id,
	};
	device_of_mount(query.id, &root->dev);
	return true;
}
