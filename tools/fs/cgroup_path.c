// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The id of a cgroup is the inode number of its directory, and also the file
 * handle of it (fs/kernfs/mount.c, kernfs_fh_to_dentry()). So a directory is
 * opened by its id, and /proc/self/fd has its path.
 */
#include "fs/cgroup_path.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libmount/libmount.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define FILEID_KERNFS 0xfe /* include/linux/exportfs.h */
#define MAX_KNOWN     16384

struct known {
	__u64 id;
	char *path; /* NULL: not found, or no memory */
	UT_hash_handle hh;
};

struct cgroup_paths {
	int root;
	char *mount_point;
	struct known *known;
};

/* Returns the mount point of the cgroup2 hierarchy in allocated memory, or NULL.
 */
static char *find_cgroup2(void)
{
	struct libmnt_table *table =
		mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	char *found = NULL;

	while (table && iter && !found && !mnt_table_next_fs(table, iter, &fs))
		if (!strcmp(mnt_fs_get_fstype(fs) ?: "", "cgroup2"))
			found = strdup(mnt_fs_get_target(fs));
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return found;
}

struct cgroup_paths *cgroup_paths_new(void)
{
	struct cgroup_paths *paths = calloc(1, sizeof(*paths));

	if (!paths)
		return NULL;
	paths->root = -1;
	paths->mount_point = find_cgroup2();
	if (paths->mount_point)
		paths->root = open(paths->mount_point,
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (paths->root >= 0)
		return paths;
	cgroup_paths_free(paths);
	return NULL;
}

static void forget_all(struct cgroup_paths *paths)
{
	struct known *known, *next;

	HASH_ITER (hh, paths->known, known, next) {
		HASH_DEL(paths->known, known);
		free(known->path);
		free(known);
	}
}

void cgroup_paths_free(struct cgroup_paths *paths)
{
	if (!paths)
		return;
	forget_all(paths);
	if (paths->root >= 0)
		close(paths->root);
	free(paths->mount_point);
	free(paths);
}

/* Returns the path below the mount point in allocated memory, or NULL. */
static char *look_up(const struct cgroup_paths *paths, __u64 id)
{
	struct {
		struct file_handle handle;
		__u64 id;
	} wanted = {.handle = {.handle_bytes = sizeof(id),
			       .handle_type = FILEID_KERNFS}};
	size_t skip = strlen(paths->mount_point);
	char link[32], path[PATH_MAX];
	ssize_t len;
	int fd;

	memcpy(wanted.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(paths->root, &wanted.handle, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	close(fd);
	if (len < 0)
		return NULL;
	path[len] = '\0';
	if (strncmp(path, paths->mount_point, skip))
		return NULL;
	return strdup(path[skip] ? path + skip : "/");
}

const char *cgroup_path(struct cgroup_paths *paths, __u64 id)
{
	struct known *known;

	HASH_FIND(hh, paths->known, &id, sizeof(id), known);
	if (known)
		return known->path;
	known = calloc(1, sizeof(*known));
	if (!known)
		return NULL;
	known->id = id;
	known->path = look_up(paths, id);
	HASH_ADD(hh, paths->known, id, sizeof(id), known);
	if (known->hh.tbl)
		return known->path;
	free(known->path);
	free(known);
	return NULL;
}

bool cgroup_paths_trim(struct cgroup_paths *paths)
{
	if (HASH_COUNT(paths->known) < MAX_KNOWN)
		return false;
	forget_all(paths);
	return true;
}
