// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A bio carries a cgroup of the hierarchy that has the blkio controller (in
 * version 2: io). If that controller is in a hierarchy of version 1, as on
 * hybrid systems, the cgroup is of that hierarchy, otherwise of version 2. Ids
 * from the other hierarchy would match nothing or, worse, another cgroup.
 */
#include "fs/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILEID_KERNFS 0xfe /* include/linux/exportfs.h */

struct hierarchy {
	char top[PATH_MAX]; /* where its root is mounted */
	bool v2;
};

static bool is_blkio_v1(struct libmnt_fs *fs)
{
	const char *options = mnt_fs_get_fs_options(fs);

	return !strcmp(mnt_fs_get_fstype(fs), "cgroup") && options &&
	       !mnt_optstr_get_option(options, "blkio", NULL, NULL);
}

static bool has_file(const char *dir, const char *name)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s", dir, name) < PATH_MAX &&
	       !access(path, F_OK);
}

/* In a cgroup namespace, a cgroup below the root looks like the root, "/". Its
 * files show the difference: in version 1 only the root has release_agent, in
 * version 2 only the root has no cgroup.type.
 */
static bool is_real_root(const struct hierarchy *hierarchy)
{
	return hierarchy->v2 ? !has_file(hierarchy->top, "cgroup.type")
			     : has_file(hierarchy->top, "release_agent");
}

/* Chooses the first mount that shows the blkio hierarchy of version 1 from its
 * root; without one, the first such mount of version 2.
 */
static void choose_mount(struct libmnt_table *lines, struct libmnt_iter *iter,
			 struct hierarchy *hierarchy)
{
	struct libmnt_fs *fs;

	while (mnt_table_next_fs(lines, iter, &fs) == 0) {
		const char *root = mnt_fs_get_root(fs);
		bool v1 = is_blkio_v1(fs);

		if (!root || strcmp(root, "/") ||
		    (!v1 && strcmp(mnt_fs_get_fstype(fs), "cgroup2")))
			continue;
		if (!hierarchy->top[0] || (v1 && hierarchy->v2)) {
			hierarchy->v2 = !v1;
			if (!realpath(mnt_fs_get_target(fs), hierarchy->top))
				hierarchy->top[0] = 0;
		}
	}
}

static int find_hierarchy(struct hierarchy *hierarchy)
{
	struct libmnt_table *lines = mnt_new_table();
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	int err = lines && iter ? 0 : -ENOMEM;

	hierarchy->top[0] = 0;
	hierarchy->v2 = false;
	if (!err)
		err = mnt_table_parse_file(lines, "/proc/self/mountinfo");
	if (!err)
		choose_mount(lines, iter, hierarchy);
	mnt_free_iter(iter);
	mnt_unref_table(lines);
	if (err)
		return err < 0 ? err : -EIO;
	if (!hierarchy->top[0] || !is_real_root(hierarchy))
		return -EOPNOTSUPP;
	return 0;
}

/* Sets dir to the real path of a directory of the hierarchy. Returns 0;
 * -ENOENT: path is no directory; -EXDEV: it is not in the hierarchy; or another
 * -errno.
 */
static int directory_in(const struct hierarchy *hierarchy, const char *path,
			char dir[PATH_MAX])
{
	size_t top_len = strlen(hierarchy->top);
	struct stat st, top_st;

	if (!realpath(path, dir) || stat(dir, &st) ||
	    stat(hierarchy->top, &top_st))
		return errno == ENOTDIR ? -ENOENT : -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOENT;
	if (st.st_dev != top_st.st_dev ||
	    strncmp(dir, hierarchy->top, top_len) ||
	    (dir[top_len] && dir[top_len] != '/'))
		return -EXDEV;
	return 0;
}

static int compare_nothing(const FTSENT **a, const FTSENT **b)
{
	(void)a;
	(void)b;
	return 0;
}

static int find_unit(const struct hierarchy *hierarchy, const char *unit,
		     char dir[PATH_MAX])
{
	char *tops[] = {(char *)hierarchy->top, NULL};
	int n_found = 0;
	FTSENT *node;
	FTS *fts;

	fts = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV,
		       compare_nothing);
	if (!fts)
		return -errno;
	/* fts reports a cgroup that vanishes meanwhile as FTS_DNR or FTS_NS. */
	while (n_found < 2 && (node = fts_read(fts))) {
		if (node->fts_info != FTS_D || strcmp(node->fts_name, unit) ||
		    node->fts_pathlen >= PATH_MAX)
			continue;
		strcpy(dir, node->fts_path);
		n_found++;
	}
	fts_close(fts);
	return n_found == 1 ? 0 : n_found ? -ENOTUNIQ : -ENOENT;
}

static int find_directory(const struct hierarchy *hierarchy, const char *spec,
			  char dir[PATH_MAX])
{
	char path[PATH_MAX];
	int err = -ENOENT, below_err;

	if (spec[0] == '/') {
		err = directory_in(hierarchy, spec, dir);
		if (!err)
			return 0;
	}
	if (snprintf(path, sizeof(path), "%s/%s", hierarchy->top, spec) >=
	    PATH_MAX)
		return -ENAMETOOLONG;
	below_err = directory_in(hierarchy, path, dir);
	if (!below_err)
		return 0;
	if (spec[0] == '/' || below_err != -ENOENT)
		return spec[0] == '/' ? err : below_err;
	return strchr(spec, '/') ? -ENOENT : find_unit(hierarchy, spec, dir);
}

static int directory_id(const char *dir, __u64 *id)
{
	struct {
		struct file_handle head;
		unsigned char bytes[sizeof(__u64)];
	} handle = {.head.handle_bytes = sizeof(__u64)};
	struct stat st;
	int mount_id;

	if (!name_to_handle_at(AT_FDCWD, dir, &handle.head, &mount_id, 0) &&
	    handle.head.handle_type == FILEID_KERNFS) {
		memcpy(id, handle.head.f_handle, sizeof(*id));
		return 0;
	}
	/* This is the same number if ino_t has 64 bits. */
	if (stat(dir, &st))
		return -errno;
	*id = st.st_ino;
	return 0;
}

static int count_slashes(const char *path)
{
	int n = 0;

	while ((path = strchr(path, '/'))) {
		path++;
		n++;
	}
	return n;
}

static bool io_is_on(const char *dir)
{
	char path[PATH_MAX], line[512] = "", *name, *rest = line;
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/cgroup.controllers", dir) >=
	    PATH_MAX)
		return false;
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = 0;
	fclose(file);
	while ((name = strsep(&rest, " \n")))
		if (!strcmp(name, "io"))
			return true;
	return false;
}

static int parent_id(const char *path, __u64 *id)
{
	char parent[PATH_MAX];

	strcpy(parent, path);
	*strrchr(parent, '/') = '\0';
	return directory_id(parent, id);
}

bool cgroup_follow(struct cgroup_ref *ref)
{
	struct stat st;

	if (stat(ref->path, &st) || st.st_dev != ref->dev)
		return false;
	return !ref->level || !parent_id(ref->path, &ref->parent_id);
}

int cgroup_find(const char *spec, struct cgroup_ref *ref)
{
	struct hierarchy hierarchy;
	struct stat st;
	int err;

	err = find_hierarchy(&hierarchy);
	if (!err)
		err = find_directory(&hierarchy, spec, ref->path);
	if (err)
		return err;
	if (stat(ref->path, &st))
		return -errno;
	ref->level = count_slashes(ref->path + strlen(hierarchy.top));
	ref->dev = st.st_dev;
	ref->has_io = !hierarchy.v2 || !ref->level || io_is_on(ref->path);
	ref->parent_id = 0;
	return cgroup_follow(ref) ? 0 : -ENOENT;
}
