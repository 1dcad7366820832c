// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * btrfs lists all its devices in sysfs.
 *
 * ext4 shows the device of its log only in the superblock. A mount writes the
 * number there, also if its options name another device than mkfs did
 * (ext4_load_journal() in fs/ext4/super.c). The kernel keeps the superblock in
 * the page cache of the device, so a read gives what the kernel has, without
 * I/O.
 *
 * XFS shows its devices in the mount options.
 */
#include "fs/mount_devices.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <limits.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/aside.h"
#include "fs/ext4_super.h"

struct btrfs_query {
	char target[PATH_MAX];
	int mount_id;
	__u8 fsid[BTRFS_FSID_SIZE];
};

/* For aside(): the ioctl also waits for a commit, and so for the disks. */
static int ask_btrfs(void *message, int *no_fd)
{
	struct btrfs_query *query = message;
	const struct mount_entry entry = {.target = query->target,
					  .id = query->mount_id};
	struct btrfs_ioctl_fs_info_args args = {};
	int fd = mount_entry_open(&entry), err;

	(void)no_fd;
	if (fd < 0)
		return fd;
	err = ioctl(fd, BTRFS_IOC_FS_INFO, &args) ? -errno : 0;
	close(fd);
	memcpy(query->fsid, args.fsid, sizeof(query->fsid));
	return err;
}

static int btrfs_devices_dir(const struct mount_entry *entry, DIR **out)
{
	struct btrfs_query query = {.mount_id = entry->id};
	const __u8 *id = query.fsid;
	char path[128];
	int err;

	if (strlen(entry->target) >= sizeof(query.target))
		return -ENAMETOOLONG;
	strcpy(query.target, entry->target);
	err = aside(ask_btrfs, &query, sizeof(query), entry->hang_id, NULL);
	if (err)
		return err;
	snprintf(
		path, sizeof(path),
		"/sys/fs/btrfs/%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x/devices",
		id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8],
		id[9], id[10], id[11], id[12], id[13], id[14], id[15]);
	*out = opendir(path);
	return *out ? 0 : -errno;
}

static bool btrfs_has_device(const struct mount_entry *entry, __u32 dev)
{
	struct dirent *node;
	bool found = false;
	__u32 node_dev;
	DIR *dir;

	if (btrfs_devices_dir(entry, &dir))
		return false;
	while (!found && (node = readdir(dir))) {
		char path[sizeof(node->d_name) + 4], text[32];
		ssize_t len;
		int fd;

		snprintf(path, sizeof(path), "%s/dev", node->d_name);
		fd = openat(dirfd(dir), path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		len = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[len > 0 ? len : 0] = 0;
		text[strcspn(text, "\n")] = 0;
		found = mount_parse_dev(text, &node_dev) && node_dev == dev;
	}
	closedir(dir);
	return found;
}

static void read_ext4(struct mount_entry *entry)
{
	struct ext4_super super;

	if (!ext4_super_read_dev(entry->dev, &super))
		entry->extra_devs[0] = kdev_from_user(super.journal_dev);
}

struct node_query {
	char path[PATH_MAX];
	__u32 dev;
};

/* For aside(): the mount options may have any path. */
static int look_at_node(void *message, int *fd)
{
	struct node_query *query = message;
	struct stat st;

	(void)fd;
	if (stat(query->path, &st))
		return -errno;
	query->dev = S_ISBLK(st.st_mode) ? kdev_from_user(st.st_rdev) : 0;
	return 0;
}

static __u32 device_in_option(const struct mount_entry *entry, const char *name)
{
	struct node_query query = {.dev = 0};
	char *value;
	size_t len;

	if (mnt_optstr_get_option(entry->options, name, &value, &len) ||
	    len >= sizeof(query.path))
		return 0;
	memcpy(query.path, value, len);
	return aside(look_at_node, &query, sizeof(query), entry->hang_id, NULL)
		       ? 0
		       : query.dev;
}

static void read_xfs(struct mount_entry *entry)
{
	entry->extra_devs[0] = device_in_option(entry, "logdev");
	entry->extra_devs[1] = device_in_option(entry, "rtdev");
}

void mount_devices_read(struct mount_entry *entry)
{
	static const struct {
		const char *fs_type;
		void (*read)(struct mount_entry *entry);
	} readers[] = {
		{"ext4", read_ext4},
		{"ext3", read_ext4},
		{"xfs", read_xfs},
	};

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (!strcmp(entry->fs_type, readers[i].fs_type))
			readers[i].read(entry);
}

bool mount_devices_have(const struct mount_entry *entry, __u32 dev)
{
	for (int i = 0; i < FRSP_HOT_EXTRA_DEVS; i++)
		if (dev && entry->extra_devs[i] == dev)
			return true;
	return !strcmp(entry->fs_type, "btrfs") && btrfs_has_device(entry, dev);
}
