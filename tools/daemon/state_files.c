// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/state_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "fs/mount.h"
#include "module/module.h"
#include "module/summaries.h"

static void path_of(char path[PATH_MAX], const char *directory,
		    const struct state_fs *fs, const char *kind)
{
	snprintf(path, PATH_MAX, "%s/%s.%s", directory, fs->uuid, kind);
}

const char *state_files_why(int err)
{
	switch (err) {
	case -EINVAL:
		return "it is no file of frspd";
	case -EPROTONOSUPPORT:
		return "it was written by another version of frspd";
	case -EBADMSG:
		return "it is damaged";
	case -ESTALE:
		return "it is of another filesystem";
	case -EFBIG:
		return "it is too large";
	}
	return NULL;
}

/* --- heat ----------------------------------------------------------------- */

static int save_heat(const char *directory, const struct state_fs *fs,
		     const struct ext4_super *super,
		     const struct state_heat *heat)
{
	struct heat_state state = {.saved_ns = heat->wall_ns};
	char path[PATH_MAX];
	void *data = NULL;
	size_t len;
	int err;

	path_of(path, directory, fs, "heat");
	if (fs->keep_heat && !access(path, F_OK))
		return 0;
	memcpy(state.uuid, super->uuid, sizeof(state.uuid));
	err = heat_state_take(heat->table, &heat->clock, fs->identity, &state);
	if (!err)
		err = heat_state_encode(&state, &data, &len);
	if (!err)
		err = file_replace(path, data, len);
	free(data);
	free(state.entries);
	return err;
}

int state_files_read_heat(const char *directory, const struct state_fs *fs,
			  int fd)
{
	char path[PATH_MAX];
	size_t len;
	void *data;
	int err;

	path_of(path, directory, fs, "heat");
	err = file_read(path, HEAT_STATE_FILE_MAX, &data, &len);
	if (err)
		return err;
	err = file_write(fd, data, len);
	free(data);
	return err;
}

/* --- trees ---------------------------------------------------------------- */

static int open_both(const struct state_fs *fs, int *device, int *root)
{
	const struct mount_entry entry = {.target = fs->target,
					  .id = fs->mount_id};

	*device = frsp_module_open();
	if (*device < 0)
		return *device;
	*root = mount_entry_open(&entry);
	if (*root >= 0)
		return 0;
	close(*device);
	return *root;
}

static int save_trees(const char *directory, const struct state_fs *fs,
		      const struct ext4_super *super)
{
	struct summary summary = {
		.n_groups = super->n_groups,
		.group_clusters = super->group_clusters,
	};
	char path[PATH_MAX];
	void *data = NULL;
	size_t len;
	int device, root, err = open_both(fs, &device, &root);

	if (err)
		return err;
	memcpy(summary.uuid, super->uuid, sizeof(summary.uuid));
	err = summaries_export(device, root, &summary);
	close(root);
	close(device);
	path_of(path, directory, fs, "trees");
	if (!err) {
		summary_prune(&summary);
		err = summary_encode(&summary, &data, &len);
	}
	if (!err)
		err = file_replace(path, data, len);
	free(data);
	free(summary.groups);
	return err;
}

/* The number of groups may differ: a resize changes it. */
static int import(const struct state_fs *fs, const struct summary *summary,
		  __u32 *n_taken)
{
	struct ext4_super super;
	int device, root, err = ext4_super_read_dev(fs->dev, &super);
	long n;

	if (!err && (memcmp(super.uuid, summary->uuid, sizeof(super.uuid)) ||
		     super.group_clusters != summary->group_clusters))
		err = -ESTALE;
	if (!err)
		err = open_both(fs, &device, &root);
	if (err)
		return err;
	n = summaries_import(device, root, summary);
	close(root);
	close(device);
	if (n < 0)
		return n;
	*n_taken = n;
	return 0;
}

int state_files_restore_trees(const char *directory, const struct state_fs *fs,
			      __u32 *n_taken, __u32 *n_skipped)
{
	struct summary summary;
	char path[PATH_MAX];
	size_t len;
	void *data;
	int err;

	path_of(path, directory, fs, "trees");
	err = file_read(path, SUMMARY_FILE_MAX, &data, &len);
	if (err)
		return err;
	err = summary_decode(data, len, &summary);
	free(data);
	if (err)
		return err;
	err = import(fs, &summary, n_taken);
	*n_skipped = err ? 0 : summary.n - *n_taken;
	free(summary.groups);
	return err;
}

/* --- all ------------------------------------------------------------------ */

struct old_file {
	char name[NAME_MAX + 1];
	struct timespec time;
};

static int compare(const void *a, const void *b)
{
	const struct timespec *one = &((const struct old_file *)a)->time;
	const struct timespec *other = &((const struct old_file *)b)->time;

	if (one->tv_sec != other->tv_sec)
		return one->tv_sec < other->tv_sec ? -1 : 1;
	return (one->tv_nsec > other->tv_nsec) -
	       (one->tv_nsec < other->tv_nsec);
}

static bool is_ours(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcmp(dot, ".heat") || !strcmp(dot, ".trees"));
}

static struct old_file *list_files(DIR *directory, size_t *n)
{
	struct old_file *list = NULL, *more;
	struct dirent *entry;
	struct stat st;

	*n = 0;
	while ((entry = readdir(directory))) {
		if (!is_ours(entry->d_name) ||
		    fstatat(dirfd(directory), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW))
			continue;
		more = reallocarray(list, *n + 1, sizeof(*more));
		if (!more)
			break;
		list = more;
		strcpy(list[*n].name, entry->d_name);
		list[(*n)++].time = st.st_mtim;
	}
	return list;
}

static void remove_oldest(const char *path)
{
	DIR *directory = opendir(path);
	struct old_file *list;
	size_t n;

	if (!directory)
		return;
	list = list_files(directory, &n);
	if (n > STATE_MAX_FILES) {
		qsort(list, n, sizeof(*list), compare);
		for (size_t i = 0; i < n - STATE_MAX_FILES; i++)
			unlinkat(dirfd(directory), list[i].name, 0);
	}
	free(list);
	closedir(directory);
}

static int save_one(const char *directory, const struct state_fs *fs,
		    const struct state_heat *heat)
{
	struct ext4_super super;
	int err = ext4_super_read_dev(fs->dev, &super), trees_err = 0;

	/* it is not mounted any more, or frsp.ko is gone: nothing to save */
	if (err)
		return 0;
	if (fs->identity)
		err = save_heat(directory, fs, &super, heat);
	if (fs->with_trees)
		trees_err = save_trees(directory, fs, &super);
	if (trees_err == -ENOENT || trees_err == -ESTALE ||
	    trees_err == -EOPNOTSUPP)
		trees_err = 0;
	return err ?: trees_err;
}

int state_files_save(const char *directory, const struct state_fs *list,
		     size_t n, const struct state_heat *heat)
{
	int err = 0, first = 0;

	for (size_t i = 0; i < n; i++) {
		err = save_one(directory, &list[i], heat);
		first = first ?: err;
	}
	remove_oldest(directory);
	return first;
}
