// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Example, of version 2: /proc/self/cgroup has the line
 * "0::/a.slice/b.service", and the hierarchy is mounted at /sys/fs/cgroup. Then
 * the limit is the least in memory.max of a.slice/b.service, of a.slice, and of
 * what is mounted there. In version 1 it is memory.limit_in_bytes of the
 * hierarchy with the controller memory, of the line
 * "4:memory:/a.slice/b.service".
 */
#include "fs/memory_limit.h"

#include <libmount.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sysfs.h"

static bool is_v1(struct libmnt_fs *fs)
{
	const char *options = mnt_fs_get_fs_options(fs);

	return !strcmp(mnt_fs_get_fstype(fs) ?: "", "cgroup") && options &&
	       !mnt_optstr_get_option(options, "memory", NULL, NULL);
}

static bool is_v2(struct libmnt_fs *fs)
{
	return !strcmp(mnt_fs_get_fstype(fs) ?: "", "cgroup2");
}

/* Whether a list such as "cpu,memory" has the word. */
static bool has_word(char *list, const char *word)
{
	char *one;

	while ((one = strsep(&list, ",")))
		if (!strcmp(one, word))
			return true;
	return false;
}

/* Finds the path of our cgroup in the hierarchy: of version 2, or that of the
 * controller memory. False: there is none.
 */
static bool find_path(const char *cgroups, bool v1, char path[PATH_MAX])
{
	char line[PATH_MAX + 256];
	FILE *in = fopen(cgroups, "re");
	bool found = false;

	while (in && !found && fgets(line, sizeof(line), in)) {
		char *rest = line, *list;

		line[strcspn(line, "\n")] = '\0';
		strsep(&rest, ":");
		list = strsep(&rest, ":");
		found = rest && strlen(rest) < PATH_MAX &&
			(v1 ? has_word(list, "memory") : !*list);
		if (found)
			strcpy(path, rest);
	}
	if (in)
		fclose(in);
	return found;
}

/* The least limit of top/path and all above it, up to top. */
static __u64 least(const char *top, char *path, const char *file)
{
	__u64 limit = ~0ULL, one;
	char dir[2 * PATH_MAX];
	char *slash;

	do {
		snprintf(dir, sizeof(dir), "%s%s", top, path);
		if (!sysfs_read_u64(dir, file, &one) && one < limit)
			limit = one;
		slash = strrchr(path, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
	return limit;
}

static __u64 limit_in(struct libmnt_fs *fs, const char *cgroups)
{
	const char *root = mnt_fs_get_root(fs) ?: "/";
	char path[PATH_MAX];
	size_t skip = strcmp(root, "/") ? strlen(root) : 0;
	bool v1 = is_v1(fs);

	if (!find_path(cgroups, v1, path))
		return ~0ULL;
	/* else the mount shows another part, of which we see the top */
	if (strncmp(path, root, skip) || strstr(path, "/.."))
		path[skip = 0] = '\0';
	return least(mnt_fs_get_target(fs), path + skip,
		     v1 ? "memory.limit_in_bytes" : "memory.max");
}

__u64 memory_limit_of(const char *mounts, const char *cgroups)
{
	struct libmnt_table *table = mnt_new_table_from_file(mounts);
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	__u64 limit = ~0ULL;
	struct libmnt_fs *fs;

	while (table && iter && !mnt_table_next_fs(table, iter, &fs))
		if (is_v1(fs) || is_v2(fs)) {
			__u64 one = limit_in(fs, cgroups);

			limit = one < limit ? one : limit;
		}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return limit;
}

__u64 memory_limit(void)
{
	return memory_limit_of("/proc/self/mountinfo", "/proc/self/cgroup");
}
