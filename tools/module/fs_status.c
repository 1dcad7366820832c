// SPDX-License-Identifier: GPL-2.0-or-later
#include "module/fs_status.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sysfs.h"

#define NUMBER(dir, name) dir #name, #name, offsetof(struct fs_status, name)

const struct fs_status_number fs_status_numbers[FS_STATUS_N] = {
	{NUMBER("", freespace_tree)},
	{NUMBER("", mb_frsp_max_mem)},
	{NUMBER("", frsp_tree_usage)},
	{NUMBER("", frsp_cache_aggression)},
	{NUMBER("", frsp_scan_rate)},
#define IN_FRSP(name) {NUMBER("frsp/", name)},
	FRSP_COUNTERS(IN_FRSP) FRSP_GAUGES(IN_FRSP)
#undef IN_FRSP
};

static __u64 *member(struct fs_status *status, size_t index)
{
	return (__u64 *)((char *)status + fs_status_numbers[index].offset);
}

__u64 fs_status_number(const struct fs_status *status, size_t index)
{
	return *member((struct fs_status *)status, index);
}

bool fs_status_is_attached(const char *root, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/frsp", root, name);
	return !access(path, F_OK);
}

int fs_status_read(const char *root, const char *name, struct fs_status *status,
		   const char **file)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/%s", root, name);
	for (size_t i = 0; i < FS_STATUS_N; i++) {
		int err = sysfs_read_u64(dir, fs_status_numbers[i].file,
					 member(status, i));

		if (err) {
			*file = fs_status_numbers[i].file;
			return err;
		}
	}
	return 0;
}

const char *fs_status_steering(const struct fs_status *status)
{
	if (!status->freespace_tree)
		return "off";
	return status->gave_up ? "gave-up" : "on";
}

double fs_status_taken_pct(const struct fs_status *status)
{
	__u64 known = status->goals_taken + status->goals_missed;

	return known ? 100.0 * status->goals_taken / known : -1;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool is_wanted(const char *root, const char *name, bool attached)
{
	/* "features" describes ext4, and not a filesystem. */
	if (name[0] == '.' || !strcmp(name, "features"))
		return false;
	return !attached || fs_status_is_attached(root, name);
}

static int add_name(char ***names, size_t *n, const char *name)
{
	char **more = reallocarray(*names, *n + 1, sizeof(**names));

	if (!more)
		return -ENOMEM;
	*names = more;
	more[*n] = strdup(name);
	if (!more[*n])
		return -ENOMEM;
	(*n)++;
	return 0;
}

int fs_status_names(const char *root, bool attached, char ***names, size_t *n)
{
	DIR *dir = opendir(root);
	struct dirent *entry;
	int err = 0;

	*names = NULL;
	*n = 0;
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (entry = readdir(dir)))
		if (is_wanted(root, entry->d_name, attached))
			err = add_name(names, n, entry->d_name);
	closedir(dir);
	if (err)
		fs_status_free_names(*names, *n);
	else if (*n)
		qsort(*names, *n, sizeof(**names), compare_names);
	return err;
}

void fs_status_free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}
