// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The mode is in a file of securityfs. If securityfs is not mounted, we read it
 * through a private mount.
 */
#include "watch/lockdown.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/sysfs.h"

/* A mounted securityfs has files of the kernel, such as "lsm". The directory
 * that it is mounted on has none. If there is no such directory, the kernel has
 * no securityfs, and so no lockdown.
 */
static bool is_empty_directory(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool empty = dir;

	while (dir && empty && (entry = readdir(dir)))
		empty = entry->d_name[0] == '.';
	if (dir)
		closedir(dir);
	return empty;
}

/* Reads the file through a mount of securityfs that no other process sees. Sets
 * line to "" if there is no such file. Returns false if it cannot be read.
 */
static bool read_privately(char *line, size_t len)
{
	int fs = fsopen("securityfs", FSOPEN_CLOEXEC), mount = -1, fd;
	ssize_t n = 0;

	if (fs < 0)
		return false;
	if (!fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = fsmount(fs, FSMOUNT_CLOEXEC, 0);
	close(fs);
	if (mount < 0)
		return false;
	fd = openat(mount, "lockdown", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, line, len - 1);
		close(fd);
	}
	close(mount);
	line[n > 0 ? n : 0] = '\0';
	return n >= 0;
}

/* The mode is the one in brackets: "none [integrity] confidentiality". */
static void take_mode(const char *line, char mode[LOCKDOWN_MODE_LEN])
{
	const char *current = strchr(line, '[');

	if (current)
		snprintf(mode, LOCKDOWN_MODE_LEN, "%.*s",
			 (int)strcspn(current + 1, "]"), current + 1);
}

bool lockdown_read(const char *root, char mode[LOCKDOWN_MODE_LEN])
{
	char line[64], path[PATH_MAX];

	mode[0] = '\0';
	snprintf(path, sizeof(path), "%s/sys/kernel/security", root);
	if (sysfs_read_line(root, LOCKDOWN_FILE, line, sizeof(line))) {
		if (!is_empty_directory(path))
			return true;
		if (*root || !read_privately(line, sizeof(line)))
			return false;
	}
	take_mode(line, mode);
	return true;
}
