// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frspctl apply: carries out a plan. First goes what leaves the fast tier, so
 * that there is room for the rest. Of each range three things can be true:
 *
 *   it is in the tier that the plan names   done: a plan applied twice does
 *                                           nothing the second time
 *   what is not there is where the plan     it moves; a range that was moved in
 *   says that it was                        part, and stopped, goes on
 *   else                                    it stays: it was moved, written
 * anew or cut since
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/job_file.h"
#include "ctl/move_target.h"
#include "ctl/move_walk.h"
#include "fs/quiet_open.h"
#include "fs/tier_config.h"
#include "move/piece.h"
#include "move/relocate.h"
#include "move/tier_plan.h"
#include "paths/handle.h"
#include "paths/path.h"

/* What of a file goes to one tier. */
struct apply_file {
	const struct tier_plan_file *file;
	enum tier_class to;
};

struct apply {
	const struct ctl *ctl;
	struct tier_plan plan;
	struct apply_file *files; /* those to slow first */
	size_t n, n_lost;
	struct move_target targets[TIER_UNKNOWN]; /* by class */
};

enum where {
	IS_THERE,
	IS_UNCHANGED,
	IS_CHANGED,
};

/* Adds the parts of an extent that are outside of the area. */
static int add_outside(const struct area *area,
		       const struct file_extent *extent,
		       struct file_extents *outside)
{
	__u64 end = extent->physical + extent->bytes, until;
	int err = 0;

	for (__u64 at = extent->physical; at < end && !err; at = until) {
		bool is_in = area_at(area, at, end, &until);
		const struct file_extent part = {
			.logical = extent->logical + (at - extent->physical),
			.physical = at,
			.bytes = until - at,
			.unwritten = extent->unwritten,
		};

		if (!is_in)
			err = file_extents_add(outside, &part);
	}
	return err;
}

/* Where the range is now. A file that has no extents now has changed, too. */
static enum where look(const struct area *area, int fd,
		       const struct tier_plan_move *move)
{
	const struct file_extents *planned = &move->extents;
	struct file_extents now, outside = {0};
	enum where where = IS_CHANGED;
	int err = piece_read(fd, move->start, move->bytes, &now);

	if (err)
		return IS_CHANGED;
	for (size_t i = 0; i < now.n && !err; i++)
		err = add_outside(area, &now.extents[i], &outside);
	if (!err && now.n && !outside.n)
		where = IS_THERE;
	else if (!err &&
		 file_extents_bytes(&now) == file_extents_bytes(planned) &&
		 piece_common(&outside, planned) ==
			 file_extents_bytes(&outside))
		where = IS_UNCHANGED;
	file_extents_free(&now);
	file_extents_free(&outside);
	return where;
}

static int reopen(int path_fd)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", path_fd);
	return quiet_open(AT_FDCWD, link, O_NONBLOCK, 0);
}

/* Lists what may move. *n_changed: how many ranges may not. The caller frees
 * ranges. 0 or -errno.
 */
static int choose(const struct apply_file *chosen, const struct area *area,
		  int path_fd, struct file_range **ranges, size_t *n,
		  size_t *n_changed)
{
	const struct tier_plan_file *file = chosen->file;
	int fd = reopen(path_fd);

	*n = *n_changed = 0;
	*ranges = calloc(file->n, sizeof(**ranges));
	if (fd < 0 || !*ranges) {
		if (fd >= 0)
			close(fd);
		return fd < 0 ? fd : -ENOMEM;
	}
	for (size_t i = 0; i < file->n; i++) {
		const struct tier_plan_move *move = &file->moves[i];
		enum where where;

		if (!tier_plan_moves(move) || move->to != chosen->to)
			continue;
		where = look(area, fd, move);
		*n_changed += where == IS_CHANGED;
		if (where == IS_UNCHANGED)
			(*ranges)[(*n)++] = (struct file_range){
				move->start, move->start + move->bytes};
	}
	close(fd);
	return 0;
}

static bool is_same(const struct tier_plan_file *file, int path_fd)
{
	struct path_inode inode;
	struct stat stat;
	int mount_id;

	return !fstat(path_fd, &stat) && stat.st_ino == file->ino &&
	       !path_handle_read(path_fd, &inode, &mount_id) &&
	       inode.gen == file->generation;
}

static void move_file(struct move_walk *walk, int path_fd, const char *path,
		      int dir, struct move_result *result)
{
	struct apply *apply = walk->context;
	const struct apply_file *chosen = &apply->files[walk->at];
	struct move_target *target = &apply->targets[chosen->to];
	struct file_range *ranges = NULL;
	size_t n = 0, n_changed = 0;

	if (!is_same(chosen->file, path_fd)) {
		result->err = -ESTALE;
		result->failed = "something else has this path now";
		return;
	}
	result->err = move_target_open(target, tier_class_word(chosen->to),
				       walk, dir, &result->failed);
	if (result->err)
		return;
	result->failed = "cannot open it";
	result->err =
		choose(chosen, &target->area, path_fd, &ranges, &n, &n_changed);
	if (!result->err) {
		result->failed = NULL;
		if (n)
			relocate_file(&target->place, path_fd, path, dir,
				      ranges, n, &walk->options, result);
		if (n_changed && !result->err &&
		    result->refusal == MOVE_ALLOWED) {
			result->err = -ESTALE;
			result->failed =
				n ? "a part of it has changed since the plan"
				  : "it has changed since the plan";
		}
	}
	free(ranges);
}

/* --- which files ---------------------------------------------------------- */

/* A path that leads to something else now would be walked, so it is left out. */
static bool is_there(const struct tier_plan_file *file, dev_t dev)
{
	char text[PATH_LABEL_LEN];
	struct stat stat;

	if (!lstat(file->path, &stat) && S_ISREG(stat.st_mode) &&
	    stat.st_dev == dev && stat.st_ino == file->ino)
		return true;
	path_escape(file->path, text, sizeof(text));
	log_fail(EXIT_FAILED, "make a new plan with \"frspctl plan\"",
		 "%s: stays: the file of the plan is not there", text);
	return false;
}

/* Whether something of the file goes to the tier. */
static bool has_moves(const struct tier_plan_file *file, enum tier_class to)
{
	for (size_t i = 0; i < file->n; i++)
		if (tier_plan_moves(&file->moves[i]) && file->moves[i].to == to)
			return true;
	return false;
}

static void add_files(struct apply *apply, enum tier_class to,
		      const bool *is_lost)
{
	for (size_t i = 0; i < apply->plan.n; i++) {
		const struct tier_plan_file *file = &apply->plan.files[i];

		if (has_moves(file, to) && !is_lost[i])
			apply->files[apply->n++] =
				(struct apply_file){file, to};
	}
}

static enum exit_code find_files(struct apply *apply)
{
	struct mount_table *mounts;
	const struct mount_entry *mount;
	size_t n = apply->plan.n;
	bool *is_lost = calloc(n + 1, sizeof(*is_lost));
	enum exit_code code = EXIT_OK;
	int err = mount_table_read(&mounts);

	apply->files = calloc(2 * n + 1, sizeof(*apply->files));
	if (err || !is_lost || !apply->files) {
		free(is_lost);
		if (!err)
			mount_table_free(mounts);
		return log_fail(EXIT_FAILED, NULL, "%s",
				strerror(err ? -err : ENOMEM));
	}
	mount = job_file_mount(mounts, apply->plan.uuid);
	if (!mount)
		code = log_fail(EXIT_FAILED, "mount it where it was",
				"%s: its filesystem, UUID %s, is not mounted",
				apply->ctl->args[0], apply->plan.uuid);
	for (size_t i = 0; mount && i < n; i++) {
		const struct tier_plan_file *file = &apply->plan.files[i];

		if (!has_moves(file, TIER_FAST) && !has_moves(file, TIER_SLOW))
			continue;
		is_lost[i] = !is_there(file, kdev_to_user(mount->dev));
		apply->n_lost += is_lost[i];
	}
	add_files(apply, TIER_SLOW, is_lost);
	add_files(apply, TIER_FAST, is_lost);
	free(is_lost);
	mount_table_free(mounts);
	return code;
}

/* The text of the plan, for the journal. NULL: no memory. */
static char *write_text(const struct tier_plan *plan)
{
	size_t size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	tier_plan_write(out, plan);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}

static enum exit_code walk_files(struct apply *apply)
{
	static const struct move_report_schemas schemas = {
		.file = "frsp.apply-file/1",
		.sum = "frsp.apply/1",
		.is_to_tier = true,
	};
	struct move_walk walk = {.schemas = &schemas,
				 .move = move_file,
				 .context = apply,
				 .n_lost = apply->n_lost,
				 .n_decisions = apply->plan.n_moves};
	char **paths = calloc(apply->n + 1, sizeof(*paths));
	enum exit_code code;
	char *text;

	if (!paths)
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	for (size_t i = 0; i < apply->n; i++)
		paths[i] = apply->files[i].file->path;
	text = write_text(&apply->plan);
	walk.plan = text;
	if (text)
		code = move_walk(&walk, apply->ctl, paths, apply->n);
	else
		code = log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	free(paths);
	free(text);
	return code;
}

static enum exit_code read_plan(struct apply *apply)
{
	static const char hint[] = "name what \"frspctl plan -o FILE\" wrote";
	const char *path = apply->ctl->args[0];
	FILE *in = fopen(path, "re");
	struct ini_error error;
	int err;

	if (!in)
		return log_fail(EXIT_FAILED, hint, "%s: %s", path,
				strerror(errno));
	err = tier_plan_read(in, &apply->plan, &error);
	fclose(in);
	if (err == -EINVAL)
		return log_fail(EXIT_FAILED, error.remedy, "%s:%u: %s", path,
				error.line, error.what);
	return err ? log_fail(EXIT_FAILED, hint, "%s: %s", path, strerror(-err))
		   : EXIT_OK;
}

enum exit_code ctl_apply(const struct ctl *ctl)
{
	struct apply apply = {.ctl = ctl};
	enum exit_code code = move_walk_check(ctl);

	if (code == EXIT_OK)
		code = read_plan(&apply);
	if (code == EXIT_OK)
		code = find_files(&apply);
	if (code == EXIT_OK)
		code = walk_files(&apply);
	for (int i = 0; i < TIER_UNKNOWN; i++)
		move_target_close(&apply.targets[i]);
	free(apply.files);
	tier_plan_free(&apply.plan);
	return code;
}
