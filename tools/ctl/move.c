// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl move: moves what files have outside of a tier to it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <linux/magic.h>

#include "ctl/move_target.h"
#include "move/ranges.h"
#include "move/relocate.h"

struct move {
	const struct ctl *ctl;
	struct ranges ranges; /* .n 0: whole files */
	struct move_target target;
};

static void move_file(struct move_walk *walk, int path_fd, const char *path,
		      int dir, struct move_result *result)
{
	struct move *move = walk->context;
	const struct ranges_file *file = ranges_of(&move->ranges, path);
	int err = move_target_open(&move->target, move->ctl->to, walk, dir,
				   &result->failed);

	/* Without ranges, all of the file would move. */
	if (!err && move->ranges.n && !file) {
		result->failed = "something else has this path now";
		err = -ESTALE;
	}
	if (err)
		result->err = err;
	else
		relocate_file(&move->target.place, path_fd, path, dir,
			      file ? file->ranges : NULL, file ? file->n : 0,
			      &walk->options, result);
}

/* Before anything is moved: the path must exist, and its filesystem have the
 * tier. Prints what is wrong.
 */
static enum exit_code check_path(const struct move *move, const char *path,
				 dev_t *last_dev)
{
	enum exit_code code;
	struct statfs statfs_;
	struct stat stat_;
	struct area area;

	if (stat(path, &stat_))
		return log_fail(EXIT_FAILED,
				"name a file or directory on a mounted ext4",
				"%s: %s", path, strerror(errno));
	if (move->ranges.n && !S_ISREG(stat_.st_mode))
		return log_fail(EXIT_FAILED, "list files, not directories",
				"%s: not a regular file", path);
	/* The walk says that other filesystems are left alone. */
	if (stat_.st_dev == *last_dev || statfs(path, &statfs_) ||
	    statfs_.f_type != EXT4_SUPER_MAGIC)
		return EXIT_OK;
	code = move_target_area(move->ctl, move->ctl->to,
				kdev_from_user(stat_.st_dev), &area);
	if (code == EXIT_OK)
		area_free(&area);
	*last_dev = stat_.st_dev;
	return code;
}

static enum exit_code move_paths(struct move *move, char *const *paths,
				 size_t n_paths)
{
	static const struct move_report_schemas schemas = {
		.file = "frsp.move-file/1",
		.sum = "frsp.move/1",
		.is_to_tier = true,
	};
	struct move_walk walk = {
		.schemas = &schemas, .move = move_file, .context = move};
	enum exit_code code;
	dev_t last_dev = 0;

	for (size_t i = 0; i < n_paths; i++) {
		code = check_path(move, paths[i], &last_dev);
		if (code != EXIT_OK)
			return code;
	}
	code = move_walk(&walk, move->ctl, paths, n_paths);
	move_target_close(&move->target);
	return code;
}

static enum exit_code read_ranges(const struct ctl *ctl, struct ranges *ranges)
{
	struct ranges_error error;
	FILE *in = fopen(ctl->ranges, "re");
	int err;

	if (!in)
		return log_fail(EXIT_FAILED,
				"name a file with lines OFFSET LENGTH PATH",
				"%s: %s", ctl->ranges, strerror(errno));
	err = ranges_read(in, ranges, &error);
	fclose(in);
	if (err == -EINVAL)
		return log_fail(EXIT_FAILED, error.remedy, "%s:%u: %s",
				ctl->ranges, error.line, error.what);
	if (err)
		return log_fail(EXIT_FAILED, NULL, "%s: %s", ctl->ranges,
				strerror(-err));
	if (ranges->n)
		return EXIT_OK;
	return log_fail(EXIT_FAILED, "a line is OFFSET LENGTH PATH",
			"%s: it lists nothing", ctl->ranges);
}

static enum exit_code move_ranges(struct move *move)
{
	enum exit_code code = read_ranges(move->ctl, &move->ranges);
	char **paths;

	if (code != EXIT_OK)
		return code;
	paths = calloc(move->ranges.n, sizeof(*paths));
	for (size_t i = 0; paths && i < move->ranges.n; i++)
		paths[i] = move->ranges.files[i].path;
	if (paths)
		code = move_paths(move, paths, move->ranges.n);
	else
		code = log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	free(paths);
	ranges_free(&move->ranges);
	return code;
}

enum exit_code ctl_move(const struct ctl *ctl)
{
	struct move move = {.ctl = ctl};
	enum exit_code code;

	if (!ctl->to)
		return log_fail(
			EXIT_USAGE,
			"add --to=fast, or what \"frspctl tiers\" shows",
			"move: no tier to move to");
	if (!ctl->n_args == !ctl->ranges)
		return log_fail(
			EXIT_USAGE,
			"name files and directories, or a list of parts of files",
			"move: needs either PATH or --ranges=FILE");
	code = move_walk_check(ctl);
	if (code != EXIT_OK)
		return code;
	return ctl->ranges ? move_ranges(&move)
			   : move_paths(&move, ctl->args, ctl->n_args);
}
