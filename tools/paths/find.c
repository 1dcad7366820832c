// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The inode is opened by its handle and stays open during the look-up. The
 * candidates for its path, in this order:
 *
 *   1. The last path that was found. So a file with several names keeps the
 *      same one. The caller checks it with path_find_still(), before the inode
 *      is opened.
 *   2. The kernel's path: readlink /proc/self/fd/N. It is right as long as the
 *      dentry is cached. A cold file that is opened by handle has a dentry
 *      without a name, and the link is "/".
 *   3. The announced name in the announced directory. The kernel always finds
 *      the way from a directory up to the root, wherever the directory was
 *      moved.
 *   4. The entry of that directory that has the inode number.
 *   5. btrfs: the directories and names that the inode itself lists.
 *
 * A candidate is the path only if it leads to the open inode. It does not if it
 * is hidden below a mount point, lies outside of what this mount shows, is an
 * unlinked name of a file with other names, or is "/". Files are compared by
 * device and inode number, which an open inode cannot lose. A path is walked
 * from the mount's own root and never into another mount, because a filesystem
 * that is mounted inside may not answer.
 */
#include "paths/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fs/mount.h"
#include "fs/quiet_open.h"

/* Reading so many took 25 ms on a cold XFS. A longer directory is searched only
 * once.
 */
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
			AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT |
				AT_EMPTY_PATH) &&
	       found.st_ino == st->st_ino && found.st_dev == st->st_dev;
}

/* path without the mount's target in front; "": it is the target. NULL: it is
 * not below the target.
 */
static const char *below_target(const struct path_lookup *lookup,
				const char *path)
{
	size_t len = strlen(lookup->target);

	if (len == 1) /* "/" */
		len = 0;
	if (strncmp(path, lookup->target, len) ||
	    (path[len] && path[len] != '/'))
		return NULL;
	path += len;
	return path + strspn(path, "/");
}

/* Opens what is at path, with O_PATH. Follows no symbolic link on the way,
 * because the link may lead to a filesystem that does not answer.
 */
static int open_place(int dir_fd, const char *path, __u64 resolve)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | resolve,
	};
	int fd = syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* The same, but never leaves this mount. */
static int open_here(const struct path_lookup *lookup, const char *path)
{
	const char *below = below_target(lookup, path);

	return below ? open_place(lookup->mount_fd, *below ? below : ".",
				  RESOLVE_BENEATH | RESOLVE_NO_XDEV)
		     : -ENOENT;
}

static bool leads_to(const struct path_lookup *lookup, const char *path,
		     const struct stat *st)
{
	int fd = open_here(lookup, path);
	bool is_same;

	if (fd < 0)
		return false;
	is_same = is_same_file(fd, "", st);
	close(fd);
	return is_same;
}

/* Opens a directory and sets path to its path, and is_shown to whether that
 * path leads to it. path is "" if the mount does not show the directory: the
 * kernel then writes "/", or, if the mount's root is unknown, a path that leads
 * nowhere here.
 */
static int open_dir(struct path_lookup *lookup, const struct path_inode *dir,
		    char path[PATH_MAX], bool *is_shown)
{
	int fd = path_handle_open(lookup->mount_fd, lookup->fs_type, dir);
	struct stat st;

	if (fd < 0)
		return fd;
	if (!fstat(fd, &st) && !read_fd_path(fd, path)) {
		*is_shown = leads_to(lookup, path, &st);
		if (!*is_shown &&
		    (!lookup->is_root_known || !strcmp(path, "/")))
			path[0] = 0;
		return fd;
	}
	close(fd);
	return -ENOENT;
}

static bool append_name(char path[PATH_MAX], const char *name)
{
	size_t len = strlen(path);

	if (!len)
		return false;
	if (len == 1) /* the root */
		len = 0;
	return (size_t)snprintf(path + len, PATH_MAX - len, "/%s", name) <
	       PATH_MAX - len;
}

/* Looks for the inode in the first MAX_DIR_ENTRIES entries of a directory. */
static bool search_dir(struct path_lookup *lookup, int dir_fd,
		       char name[NAME_MAX + 1])
{
	int fd = quiet_open(dir_fd, ".", O_DIRECTORY, 0);
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
		lookup->hints.search_hopeless = true;
	closedir(dir);
	return found;
}

static bool may_search(const struct path_hints *hints, time_t now_s)
{
	return !hints->search_hopeless &&
	       (!hints->searched_s ||
		now_s - hints->searched_s >= DIR_SEARCH_INTERVAL_S);
}

/* Candidates 3 and 4. On true, lookup->path is set. */
static bool find_in_parent(struct path_lookup *lookup)
{
	struct path_hints *hints = &lookup->hints;
	struct timespec now;
	bool found, is_shown;
	int fd;

	if (!hints->parent.ino)
		return false;
	fd = open_dir(lookup, &hints->parent, lookup->path, &is_shown);
	if (fd < 0)
		return false;
	found = lookup->name[0] && is_same_file(fd, lookup->name, &lookup->st);
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (!found && (is_shown || lookup->has_others) &&
	    may_search(hints, now.tv_sec)) {
		found = search_dir(lookup, fd, lookup->name);
		hints->searched_s = found ? 0 : now.tv_sec;
	}
	close(fd);
	lookup->is_outside = found && !lookup->path[0];
	return found && append_name(lookup->path, lookup->name);
}

/* Candidate 5. On true, lookup->path is set. */
static bool find_by_links(struct path_lookup *lookup)
{
	struct path_inode parent;
	char name[PATH_NAME_SIZE];
	unsigned int nth = 0;
	bool found = false, is_shown;
	int fd;

	while (!lookup->is_shown && nth < MAX_BTRFS_LINKS &&
	       !path_handle_link(lookup->mount_fd, &lookup->inode, &nth,
				 &parent, name)) {
		fd = open_dir(lookup, &parent, lookup->path, &is_shown);
		if (fd < 0)
			continue;
		close(fd);
		lookup->is_outside |= !lookup->path[0];
		if (!append_name(lookup->path, name))
			continue;
		found = true;
		lookup->is_shown = leads_to(lookup, lookup->path, &lookup->st);
	}
	return found;
}

/* Candidate 2. On true, lookup->path is set. The kernel writes "/" for a cold
 * inode. If our root directory is not a mount point (chroot), the kernel's path
 * of a file outside of it begins above our root, and is of no use here.
 */
static bool find_cached(struct path_lookup *lookup)
{
	if (read_fd_path(lookup->fd, lookup->path) ||
	    !strcmp(lookup->path, "/"))
		return false;
	lookup->is_outside = !lookup->is_root_known &&
			     !leads_to(lookup, lookup->path, &lookup->st);
	return !lookup->is_outside;
}

typedef bool (*finder)(struct path_lookup *lookup);

/* Sets .path to a path of the inode that is open as .fd: one that leads to it
 * on this mount (.is_shown), or else one that may do so through another mount.
 * False: none found.
 */
static bool find(struct path_lookup *lookup)
{
	static const finder finders[] = {find_cached, find_in_parent,
					 find_by_links};
	char hidden[PATH_MAX] = "";

	for (size_t i = 0;
	     i < sizeof(finders) / sizeof(finders[0]) && !lookup->is_shown;
	     i++) {
		if (!finders[i](lookup))
			continue;
		if (!lookup->is_shown)
			lookup->is_shown =
				leads_to(lookup, lookup->path, &lookup->st);
		if (!lookup->is_shown)
			strcpy(hidden, lookup->path);
	}
	if (!lookup->is_shown)
		strcpy(lookup->path, hidden);
	return lookup->path[0];
}

/* Sets .path to the kernel's path of an open inode that is unlinked; the kernel
 * adds " (deleted)". False: it has none.
 */
static bool read_deleted_path(struct path_lookup *lookup)
{
	static const char suffix[] = " (deleted)";
	struct stat dir_st;
	char *end, *slash;
	int dir;

	if (!lookup->is_root_known || lookup->fd < 0 ||
	    read_fd_path(lookup->fd, lookup->path) ||
	    strlen(lookup->path) < sizeof(suffix))
		return false;
	end = lookup->path + strlen(lookup->path) - (sizeof(suffix) - 1);
	slash = strrchr(lookup->path, '/');
	/* "/ (deleted)": the file is outside of what the mount shows. */
	if (strcmp(end, suffix) || slash > end || end == lookup->path + 1)
		return false;
	*end = 0;
	/* The file is no longer there to compare. But its directory must be on
	 * the same filesystem.
	 */
	*slash = 0;
	dir = open_here(lookup, lookup->path);
	*slash = '/';
	lookup->is_shown = dir >= 0 && !fstat(dir, &dir_st) &&
			   dir_st.st_dev == lookup->st.st_dev;
	if (dir >= 0)
		close(dir);
	return true;
}

/* Sets .path to the last path of a deleted inode; .fd may be -1. False: the
 * path is unknown.
 */
static bool find_last(struct path_lookup *lookup)
{
	int fd;

	if (read_deleted_path(lookup) && lookup->is_shown)
		return true;
	if (lookup->last_path[0]) {
		strcpy(lookup->path, lookup->last_path);
		lookup->is_shown = true;
		return true;
	}
	if (!lookup->hints.parent.ino || !lookup->name[0])
		return false;
	fd = open_dir(lookup, &lookup->hints.parent, lookup->path,
		      &lookup->is_shown);
	if (fd < 0)
		return false;
	close(fd);
	return append_name(lookup->path, lookup->name);
}

static int get_on_directory(struct path_lookup *lookup)
{
	int fd = path_handle_open(lookup->mount_fd, lookup->fs_type,
				  &lookup->inode);
	bool found;

	lookup->is_deleted = fd == -ESTALE;
	if (fd < 0 && !lookup->is_deleted)
		return fd == -EPERM ? fd : -ENOENT;
	if (fd >= 0 && fstat(fd, &lookup->st)) {
		close(fd);
		return -ENOENT;
	}
	lookup->fd = fd < 0 ? -1 : fd;
	lookup->is_deleted |= !lookup->st.st_nlink;
	found = lookup->is_deleted ? find_last(lookup) : find(lookup);
	if (fd >= 0)
		close(fd);
	if (!found)
		lookup->path[0] = 0;
	return lookup->is_shown || lookup->is_deleted ? 0 : -ENOENT;
}

/* For a mount whose target is a file. It shows only that file, whatever names
 * the file has or had.
 */
static int get_on_file(struct path_lookup *lookup, int place)
{
	struct stat st;
	int id;

	lookup->is_outside = !path_handle_is(place, &lookup->inode, &id);
	if (lookup->is_outside || fstat(place, &st))
		return -ENOENT;
	lookup->st = st;
	strcpy(lookup->path, lookup->target);
	lookup->is_shown = true;
	lookup->is_deleted = !st.st_nlink;
	return 0;
}

static bool is_directory(int place)
{
	struct stat st;

	return !fstat(place, &st) && S_ISDIR(st.st_mode);
}

int path_find_on_mount(void *message, int *no_fd)
{
	struct path_lookup *lookup = message;
	const struct mount_entry mount = {.target = lookup->target,
					  .id = lookup->mount_id};
	int place, err;

	(void)no_fd;
	lookup->path[0] = 0;
	lookup->is_shown = false;
	lookup->is_deleted = false;
	lookup->is_outside = false;
	lookup->st = (struct stat){.st_ino = 0};
	place = mount_entry_open_path(&mount);
	if (place == -EPERM)
		return -EACCES;
	if (place < 0) /* -ENOENT: the target was renamed, or similar */
		return place == -ENOENT ? -ESTALE : place;
	if (is_directory(place)) {
		lookup->mount_fd =
			openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		err = lookup->mount_fd < 0 ? -errno : get_on_directory(lookup);
		if (lookup->mount_fd >= 0)
			close(lookup->mount_fd);
	} else {
		err = get_on_file(lookup, place);
	}
	close(place);
	return err;
}

int path_find_still(void *message, int *no_fd)
{
	struct path_still *still = message;
	int place = open_place(AT_FDCWD, still->path,
			       still->cached ? RESOLVE_CACHED : 0);
	int id;
	bool is_right;

	(void)no_fd;
	if (place < 0)
		return place;
	is_right = path_handle_is(place, &still->inode, &id) &&
		   id == still->mount_id && !fstat(place, &still->st) &&
		   still->st.st_nlink;
	close(place);
	return is_right ? 0 : -ENOENT;
}
