// SPDX-License-Identifier: GPL-2.0-or-later
#include "paths/inode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/quiet_open.h"

int path_inode_through(struct path_inode_query *query,
		       const struct mount_entry *mount)
{
	if (strlen(mount->target) >= sizeof(query->target))
		return -ENAMETOOLONG;
	strcpy(query->target, mount->target);
	snprintf(query->fs_type, sizeof(query->fs_type), "%s", mount->fs_type);
	query->mount_id = mount->id;
	return 0;
}

static int open_below(int place, const struct path_inode_query *query)
{
	int mount_fd = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (mount_fd < 0)
		return -errno;
	fd = path_handle_open(mount_fd, query->fs_type, &query->inode);
	close(mount_fd);
	return fd;
}

/* Opens the inode with O_PATH. A mount whose target is a file shows only that
 * file.
 */
static int open_inode(const struct path_inode_query *query)
{
	const struct mount_entry mount = {.target = query->target,
					  .id = query->mount_id};
	int place = mount_entry_open_path(&mount), fd, id;
	struct stat st;

	if (place < 0)
		return place;
	if (fstat(place, &st)) {
		fd = -errno;
	} else if (!S_ISDIR(st.st_mode)) {
		if (path_handle_is(place, &query->inode, &id))
			return place;
		fd = -ENOENT;
	} else {
		fd = open_below(place, query);
	}
	close(place);
	return fd;
}

int path_inode_stat(void *message, int *no_fd)
{
	struct path_inode_query *query = message;
	int fd = open_inode(query), err;

	(void)no_fd;
	if (fd < 0)
		return fd;
	err = fstat(fd, &query->st) ? -errno : 0;
	close(fd);
	return err;
}

int path_inode_open(const struct path_inode_query *query)
{
	int place = open_inode(query), fd;
	struct stat st;
	char link[32];

	if (place < 0)
		return place;
	if (fstat(place, &st)) {
		fd = -errno;
	} else if (!S_ISREG(st.st_mode)) {
		fd = -EINVAL;
	} else {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
		fd = quiet_open(AT_FDCWD, link, O_NONBLOCK, 0);
	}
	close(place);
	return fd;
}

int path_inode_find(void *message, int *no_fd)
{
	struct path_inode_of *of = message;
	char resolved[PATH_MAX];
	int fd, err, id;

	(void)no_fd;
	if (!realpath(of->path, resolved))
		return -errno;
	fd = open(resolved, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fstat(fd, &of->st) ? -errno : 0;
	of->inode.ino = of->st.st_ino;
	if (!err)
		err = path_handle_read(fd, &of->inode, &id);
	close(fd);
	if (!err)
		strcpy(of->path, resolved);
	return err;
}
