// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a path is found, while the inode is held open by its handle:
 *
 *   1. the last path that was found, so that a file with several names does not
 *      change its own with each look
 *   2. the kernel's: readlink /proc/self/fd/N. Right as long as the dentry is
 *      cached. A cold file opened by handle has a dentry without a name, "/".
 *   3. the announced name in the announced directory. The kernel always finds
 *      the way from a directory up to the root, wherever it was moved.
 *   4. that directory, searched for the inode number
 *   5. btrfs: the directories and names that the inode itself lists
 *
 * Each is only a candidate. It is the path if it leads to the inode that is
 * open: not when it is hidden below a mount point, lies outside of what this
 * mount shows, was an unlinked name of a file with others, or is "/". Names are
 * compared by device and inode number, which the open inode cannot lose.
 */
#include "path_find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reading so many took 25 ms on a cold XFS. A longer one is searched once. */
#define MAX_DIR_ENTRIES	      16384
#define DIR_SEARCH_INTERVAL_S 10
#define MAX_BTRFS_LINKS	      16

static int read_fd_path(int fd, char path[PATH_MAX])
{
	char link[32];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, PATH_MAX - 1);
	if (len < 0)
		return -errno;
	path[len] = 0;
	return path[0] == '/' ? 0 : -ENOENT;
}

static bool is_same_file(int dir_fd, const char *path, const struct stat *st)
{
	struct stat found;

	return !fstatat(dir_fd, path, &found,
			AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) &&
	       found.st_ino == st->st_ino && found.st_dev == st->st_dev;
}

/* Opens a directory and sets path to where it is. */
static int open_dir(const struct path_lookup *lookup,
		    const struct path_inode *dir, char path[PATH_MAX])
{
	int fd = path_handle_open(lookup->mount_fd, lookup->fs_type, dir);
	struct stat st;

	if (fd < 0)
		return fd;
	if (!fstat(fd, &st) && !read_fd_path(fd, path) &&
	    is_same_file(AT_FDCWD, path, &st))
		return fd;
	close(fd);
	return -ENOENT;
}

static bool append_name(char path[PATH_MAX], const char *name)
{
	size_t len = strlen(path);

	if (len == 1) /* the root */
		len = 0;
	return (size_t)snprintf(path + len, PATH_MAX - len, "/%s", name) <
	       PATH_MAX - len;
}

static void keep_name(struct path_hints *hints, const char *name)
{
	char *copy = strdup(name);

	if (!copy)
		return;
	free(hints->name);
	hints->name = copy;
}

/* Looks for the inode in a directory, for a bounded time. */
static bool search_dir(struct path_lookup *lookup, int dir_fd,
		       char name[NAME_MAX + 1])
{
	int fd = openat(dir_fd, ".",
			O_RDONLY | O_DIRECTORY | O_NOATIME | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *node = NULL;
	bool found = false;
	int n = 0;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && n++ < MAX_DIR_ENTRIES && (node = readdir(dir)))
		found = node->d_ino == lookup->st.st_ino &&
			is_same_file(dirfd(dir), node->d_name, &lookup->st);
	if (found)
		snprintf(name, NAME_MAX + 1, "%s", node->d_name);
	else if (node)
		lookup->hints->search_hopeless = true;
	closedir(dir);
	return found;
}

static bool may_search(const struct path_hints *hints, time_t now_s)
{
	return !hints->search_hopeless &&
	       (!hints->searched_s ||
		now_s - hints->searched_s >= DIR_SEARCH_INTERVAL_S);
}

/* Candidates 3 and 4: lookup->path, on true. */
static bool find_in_parent(struct path_lookup *lookup)
{
	struct path_hints *hints = lookup->hints;
	char name[NAME_MAX + 1];
	struct timespec now;
	bool found;
	int fd;

	if (!hints || !hints->parent.ino)
		return false;
	fd = open_dir(lookup, &hints->parent, lookup->path);
	if (fd < 0)
		return false;
	found = hints->name[0] && is_same_file(fd, hints->name, &lookup->st);
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (!found && may_search(hints, now.tv_sec)) {
		found = search_dir(lookup, fd, name);
		hints->searched_s = found ? 0 : now.tv_sec;
		if (found)
			keep_name(hints, name);
	}
	close(fd);
	return found && append_name(lookup->path, hints->name) &&
	       is_same_file(AT_FDCWD, lookup->path, &lookup->st);
}

/* Candidate 5. */
static bool find_by_links(struct path_lookup *lookup)
{
	struct path_inode parent;
	char name[PATH_NAME_SIZE];
	unsigned int nth = 0;
	int fd;

	while (nth < MAX_BTRFS_LINKS &&
	       !path_handle_link(lookup->mount_fd, &lookup->inode, &nth,
				 &parent, name)) {
		fd = open_dir(lookup, &parent, lookup->path);
		if (fd < 0)
			continue;
		close(fd);
		if (append_name(lookup->path, name) &&
		    is_same_file(AT_FDCWD, lookup->path, &lookup->st))
			return true;
	}
	return false;
}

bool path_find(struct path_lookup *lookup)
{
	const struct path_hints *hints = lookup->hints;

	if (hints && hints->last_path &&
	    is_same_file(AT_FDCWD, hints->last_path, &lookup->st)) {
		strcpy(lookup->path, hints->last_path);
		return true;
	}
	if (!read_fd_path(lookup->fd, lookup->path) &&
	    is_same_file(AT_FDCWD, lookup->path, &lookup->st))
		return true;
	return find_in_parent(lookup) || find_by_links(lookup);
}

/* The kernel's path of an inode that is open but unlinked: "... (deleted)". */
static bool read_deleted_path(struct path_lookup *lookup)
{
	static const char suffix[] = " (deleted)";
	struct stat dir_st;
	char *end, *slash;
	bool visible;

	if (lookup->fd < 0 || read_fd_path(lookup->fd, lookup->path) ||
	    strlen(lookup->path) < sizeof(suffix))
		return false;
	end = lookup->path + strlen(lookup->path) - (sizeof(suffix) - 1);
	slash = strrchr(lookup->path, '/');
	if (strcmp(end, suffix) || slash > end)
		return false;
	*end = 0;
	/* Nothing is there to compare with, except the filesystem. */
	*slash = 0;
	visible = !stat(slash == lookup->path ? "/" : lookup->path, &dir_st) &&
		  dir_st.st_dev == lookup->st.st_dev;
	*slash = '/';
	return visible;
}

bool path_find_last(struct path_lookup *lookup)
{
	const struct path_hints *hints = lookup->hints;
	int fd;

	if (read_deleted_path(lookup))
		return true;
	if (hints && hints->last_path) {
		strcpy(lookup->path, hints->last_path);
		return true;
	}
	if (!hints || !hints->parent.ino || !hints->name[0])
		return false;
	fd = open_dir(lookup, &hints->parent, lookup->path);
	if (fd < 0)
		return false;
	close(fd);
	return append_name(lookup->path, hints->name);
}
