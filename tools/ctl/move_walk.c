// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/move_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "ctl/journal.h"
#include "module/module.h"
#include "move/own_io.h"

#define MAX_DEFAULT_KEEP_FREE (1ULL << 30)

/* A file that changed its type meanwhile (a link, a device) is not opened. */
static int open_file(const FTSENT *entry)
{
	int fd = open(entry->fts_accpath, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat stat;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat))
		err = -errno;
	else if (!S_ISREG(stat.st_mode) ||
		 stat.st_dev != entry->fts_statp->st_dev)
		err = -ESTALE;
	if (err)
		close(fd);
	return err ?: fd;
}

static int open_parent(const char *path)
{
	char parent[PATH_MAX];
	int fd;

	snprintf(parent, sizeof(parent), "%.*s",
		 (int)(strrchr(path, '/') - path + 1), path);
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Reads the facts of the file's filesystem, once per filesystem. dir: an open
 * directory of it.
 */
static int know_fs(struct move_walk *walk, int dir, dev_t dev)
{
	int err;

	if (walk->fs.dev == dev)
		return 0;
	err = move_fs_read(dir, &walk->fs);
	if (!err && walk->fs.dev != dev)
		err = -EXDEV;
	if (err) {
		walk->fs.dev = 0; /* it is not known */
		return err;
	}
	if (walk->ctl->given & CTL_KEEP_FREE)
		walk->options.keep_free = walk->ctl->keep_free;
	else if (walk->fs.bytes / 100 < MAX_DEFAULT_KEEP_FREE)
		walk->options.keep_free = walk->fs.bytes / 100;
	else
		walk->options.keep_free = MAX_DEFAULT_KEEP_FREE;
	return 0;
}

/* Adds what a further try did to the result of the first. */
static void add_try(struct move_result *result, const struct move_result *more)
{
	result->err = more->err;
	result->failed = more->failed;
	result->refusal = more->refusal;
	result->kept_bytes = more->kept_bytes;
	result->miss = more->miss;
	result->moved_bytes += more->moved_bytes;
	if (more->longest_s > result->longest_s)
		result->longest_s = more->longest_s;
	if (more->extents_after)
		result->extents_after = more->extents_after;
	/* Somebody took it while the job did not have it. */
	if (more->refusal == MOVE_IN_USE) {
		result->refusal = MOVE_ALLOWED;
		result->err = -EAGAIN;
	}
}

/* If the job had to wait, the file goes on after that. If a part of it found no
 * place, there may be one after a commit, where other files were before.
 */
static bool goes_on(struct move_walk *walk, int dir, struct move_result *result)
{
	if (result->err == -EINTR) {
		if (move_job_go_on(&walk->job))
			return true;
		result->err = move_job_error(&walk->job);
	}
	if (result->err || !result->kept_bytes || !walk->has_freed)
		return false;
	walk->has_freed = false;
	return !fsync(dir);
}

static void move_with_job(struct move_walk *walk, int file, const char *path,
			  int dir, struct move_result *result)
{
	move_job_file(&walk->job, &walk->fs, file, path);
	walk->move(walk, file, path, dir, result);
	while (goes_on(walk, dir, result)) {
		struct move_result more = {0};

		walk->move(walk, file, path, dir, &more);
		add_try(result, &more);
	}
	if (result->moved_bytes)
		walk->has_freed = true;
}

static void move_open_file(struct move_walk *walk, const FTSENT *entry,
			   int file, int dir, struct move_result *result)
{
	int err;

	*result = (struct move_result){0};
	if (move_job_owns(&walk->job, file)) {
		result->refusal = MOVE_IN_USE;
		return;
	}
	err = know_fs(walk, dir, entry->fts_statp->st_dev);
	result->err = err;
	if (err) {
		result->failed =
			err == -EXDEV
				? "it is mounted onto a file of another filesystem"
				: "cannot read the filesystem's superblock";
		return;
	}
	result->refusal = move_judge_fs(&walk->fs.facts);
	if (result->refusal == MOVE_ALLOWED)
		move_with_job(walk, file, entry->fts_path, dir, result);
}

static void move_entry(struct move_walk *walk, const FTSENT *entry)
{
	struct move_result result = {.failed = "cannot open it"};
	int file = open_file(entry), dir = -1;

	if (file < 0)
		result.err = file;
	else
		dir = open_parent(entry->fts_path);
	if (file >= 0 && dir < 0)
		result.err = dir;
	move_report_begin(&walk->report, entry->fts_path);
	if (file >= 0 && dir >= 0)
		move_open_file(walk, entry, file, dir, &result);
	if (file >= 0)
		close(file);
	if (dir >= 0)
		close(dir);
	move_report_end(&walk->report, entry->fts_path,
			entry->fts_level == FTS_ROOTLEVEL, &result);
}

/* A result without a file that could be opened. */
static void report_other(struct move_walk *walk, const FTSENT *entry, int err,
			 const char *failed, enum move_refusal refusal)
{
	struct move_result result = {
		.err = err, .failed = failed, .refusal = refusal};

	move_report_end(&walk->report, entry->fts_path,
			entry->fts_level == FTS_ROOTLEVEL, &result);
}

/* A directory that the user names. If nothing on its filesystem can be moved,
 * that is said once, and not for each file. Errors are said of the files.
 */
static void enter(struct move_walk *walk, FTS *fts, FTSENT *entry)
{
	int dir = open(entry->fts_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum move_refusal refusal = MOVE_ALLOWED;

	if (dir < 0)
		return;
	if (!know_fs(walk, dir, entry->fts_statp->st_dev))
		refusal = move_judge_fs(&walk->fs.facts);
	close(dir);
	if (refusal == MOVE_ALLOWED)
		return;
	report_other(walk, entry, 0, NULL, refusal);
	fts_set(fts, entry, FTS_SKIP);
}

static void visit(struct move_walk *walk, FTS *fts, FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_F:
		move_entry(walk, entry);
		break;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		report_other(walk, entry, -entry->fts_errno, "cannot read it",
			     MOVE_ALLOWED);
		break;
	case FTS_D:
		if (entry->fts_level == FTS_ROOTLEVEL)
			enter(walk, fts, entry);
		break;
	case FTS_DP:
	case FTS_DC:
		break;
	default: /* links, devices, sockets */
		if (entry->fts_level == FTS_ROOTLEVEL)
			report_other(walk, entry, 0, NULL, MOVE_NOT_REGULAR);
	}
}

static enum exit_code walk_tree(struct move_walk *walk, FTS *fts,
				const char *path)
{
	FTSENT *entry;

	while (move_job_go_on(&walk->job)) {
		errno = 0;
		entry = fts_read(fts);
		if (!entry && errno)
			return log_fail(EXIT_FAILED, NULL,
					"%s: cannot read further: %s", path,
					strerror(errno));
		if (!entry)
			break;
		visit(walk, fts, entry);
		interrupt_poll(NULL, 0, 0); /* signals arrive only here */
	}
	return EXIT_OK;
}

static enum exit_code walk_path(struct move_walk *walk, const char *path)
{
	char *real = realpath(path, NULL);
	char *paths[] = {real, NULL};
	enum exit_code code;
	FTS *fts;

	if (!real)
		return log_fail(EXIT_FAILED,
				"name a file or directory on a mounted ext4",
				"%s: %s", path, strerror(errno));
	fts = fts_open(paths, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
	if (!fts) {
		free(real);
		return log_fail(EXIT_FAILED, NULL, "%s: %s", path,
				strerror(errno));
	}
	code = walk_tree(walk, fts, path);
	fts_close(fts);
	free(real);
	return code;
}

/* Between an exchange and its commit, and while settings of ext4 are raised,
 * the program must neither stop nor end. Ctrl-Z, a terminal that goes away, a
 * timer, a limit, and a closed pipe of the output have to wait for
 * interrupt_poll(), as SIGINT does. Faults of the program itself cannot wait.
 */
static void hold_signals(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
				     SIGTRAP, SIGABRT, SIGSYS};
	sigset_t held;

	sigfillset(&held);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&held, faults[i]);
	sigprocmask(SIG_BLOCK, &held, NULL);
}

enum exit_code move_walk_check(const struct ctl *ctl)
{
	if (geteuid())
		return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
				"%s needs root", ctl->command->name);
	if (ctl->progress == PROGRESS_JSON && !ctl->json)
		return log_fail(EXIT_USAGE, "add --json",
				"--progress=json is for JSON only");
	if (ctl->in_use && !frsp_module_is_loaded())
		return log_fail(
			EXIT_UNSUPPORTED,
			"\"frspctl doctor\" says how to load it; without --in-use, files in use are left alone",
			"--in-use: frsp.ko is not loaded");
	return EXIT_OK;
}

static enum exit_code walk_paths(struct move_walk *walk, char *const *paths,
				 size_t n_paths)
{
	enum exit_code code = EXIT_OK, last;

	for (size_t i = 0; i < n_paths; i++) {
		if (!move_job_go_on(&walk->job))
			break;
		walk->at = i;
		last = walk_path(walk, paths[i]);
		if (last != EXIT_OK)
			code = last;
	}
	return code;
}

/* Without its plan the job could not be explained: it ends then. */
static void keep_plan(struct move_walk *walk)
{
	struct job *job = &walk->job.job;

	if (walk->plan && job->journal)
		job->journal_err = journal_keep_plan(
			job->journal, job->id, walk->plan, walk->n_decisions);
}

enum exit_code move_walk(struct move_walk *walk, const struct ctl *ctl,
			 char *const *paths, size_t n_paths)
{
	enum exit_code code, last;

	walk->ctl = ctl;
	walk->pace.bytes_per_s = ctl->rate;
	walk->options = (struct mover_options){
		.dry_run = ctl->dry_run,
		.in_use = ctl->in_use,
		.pace = &walk->pace,
		.hooks = move_job_hooks(&walk->job),
	};
	move_report_init(&walk->report, walk->schemas, ctl);
	walk->report.files = walk->report.failed = walk->n_lost;
	code = move_job_begin(&walk->job, ctl, &walk->report);
	if (code != EXIT_OK)
		return code;
	keep_plan(walk);
	/* after the job has blocked its signal, which interrupt_poll() would
	 * let arrive otherwise
	 */
	interrupt_catch();
	hold_signals();
	own_io_mark();
	code = walk_paths(walk, paths, n_paths);
	last = move_report_finish(&walk->report, move_job_outcome(&walk->job));
	if (walk->job.job.journal_err)
		last = ctl_journal_failed(ctl, walk->job.job.journal_err);
	code = last != EXIT_OK ? last : code;
	move_job_end(&walk->job, code);
	return code;
}
