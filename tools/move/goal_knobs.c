// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/goal_knobs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sysfs.h"

/* optional: older kernels lack it. The file in /run has the old values in this
 * order, one a line.
 */
static const struct {
	const char *name;
	__u64 raised;
	bool is_optional;
} all[] = {
	{"mb_stream_req", UINT_MAX, false},
	/* its default on disks that rotate: MB_DEFAULT_LINEAR_LIMIT */
	{"mb_max_linear_groups", 4, true},
	/* more than the free extents of any group */
	{"mb_min_to_scan", 1 << 20, true},
	{"mb_max_to_scan", 1 << 20, true},
};

#define N	 (sizeof(all) / sizeof(all[0]))
#define TEXT_LEN 128

static void knobs_dir(const struct goal_knobs *knobs, char dir[PATH_MAX])
{
	snprintf(dir, PATH_MAX, "%s/fs/ext4/%s", knobs->sys, knobs->fs_name);
}

/* Sets each knob that still has the raised value to its old one. */
static int set_back(const struct goal_knobs *knobs, const char *text)
{
	char dir[PATH_MAX], *next;
	int err = 0, one;

	knobs_dir(knobs, dir);
	for (size_t i = 0; i < N; i++, text = next) {
		__u64 old = strtoull(text, &next, 10), now;

		if (next == text)
			break;
		one = sysfs_read_u64(dir, all[i].name, &now);
		if (!one && now == all[i].raised && now != old)
			one = sysfs_write_u64(dir, all[i].name, old);
		if (one && !(one == -ENOENT && all[i].is_optional))
			err = one;
	}
	return err;
}

/* Reads the file and restores what it notes. */
static int recover(const struct goal_knobs *knobs)
{
	char text[TEXT_LEN];
	ssize_t n = pread(knobs->file, text, sizeof(text) - 1, 0);
	int err;

	if (n < 0)
		return -errno;
	text[n] = '\0';
	err = set_back(knobs, text);
	/* ENOENT: the filesystem is not mounted any more */
	if (err && err != -ENOENT)
		return err;
	return ftruncate(knobs->file, 0) ? -errno : 0;
}

static int lock(const struct goal_knobs *knobs, int operation)
{
	while (flock(knobs->file, operation))
		if (errno != EINTR)
			return -errno;
	return 0;
}

int goal_knobs_open(struct goal_knobs *knobs)
{
	char path[PATH_MAX];
	int err;

	if (mkdir(knobs->dir, 0700) && errno != EEXIST)
		return -errno;
	snprintf(path, sizeof(path), "%s/goal-%s", knobs->dir, knobs->fs_name);
	knobs->file =
		open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (knobs->file < 0)
		return -errno;
	err = lock(knobs, LOCK_EX);
	if (!err) {
		err = recover(knobs);
		lock(knobs, LOCK_UN);
	}
	if (err)
		goal_knobs_close(knobs);
	return err;
}

void goal_knobs_close(struct goal_knobs *knobs)
{
	close(knobs->file);
	knobs->file = -1;
}

/* Notes the old values. */
static int note(const struct goal_knobs *knobs, const char *dir)
{
	char text[TEXT_LEN];
	size_t len = 0;

	for (size_t i = 0; i < N; i++) {
		__u64 old;
		int err = sysfs_read_u64(dir, all[i].name, &old);

		if (err == -ENOENT && all[i].is_optional)
			old = all[i].raised;
		else if (err)
			return err;
		len += snprintf(text + len, sizeof(text) - len, "%llu\n", old);
	}
	return pwrite(knobs->file, text, len, 0) == (ssize_t)len ? 0 : -EIO;
}

static int raise_all(const char *dir)
{
	int err = 0;

	for (size_t i = 0; i < N && !err; i++) {
		__u64 now;

		err = sysfs_read_u64(dir, all[i].name, &now);
		if (!err && now < all[i].raised)
			err = sysfs_write_u64(dir, all[i].name, all[i].raised);
		if (err == -ENOENT && all[i].is_optional)
			err = 0;
	}
	return err;
}

int goal_knobs_raise(const struct goal_knobs *knobs)
{
	char dir[PATH_MAX];
	int err = lock(knobs, LOCK_EX);

	if (err)
		return err;
	knobs_dir(knobs, dir);
	/* what another program noted that was killed since */
	err = recover(knobs);
	if (!err)
		err = note(knobs, dir);
	if (!err)
		err = raise_all(dir);
	if (err)
		goal_knobs_restore(knobs);
	return err;
}

int goal_knobs_restore(const struct goal_knobs *knobs)
{
	int err = recover(knobs);

	lock(knobs, LOCK_UN);
	return err;
}
