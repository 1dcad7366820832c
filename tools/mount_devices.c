// SPDX-License-Identifier: GPL-2.0-or-later
#include "mount_devices.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int btrfs_devices_dir(const struct mount_entry *entry, DIR **out)
{
	struct btrfs_ioctl_fs_info_args args = {};
	const __u8 *id = args.fsid;
	char path[128];
	int fd = mount_entry_open(entry);
	int err;

	if (fd < 0)
		return fd;
	err = ioctl(fd, BTRFS_IOC_FS_INFO, &args) ? -errno : 0;
	close(fd);
	if (err)
		return err;
	snprintf(path, sizeof(path),
		 "/sys/fs/btrfs/%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x/devices",
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

bool mount_devices_have(const struct mount_entry *entry, __u32 dev)
{
	return !strcmp(entry->fs_type, "btrfs") && btrfs_has_device(entry, dev);
}
