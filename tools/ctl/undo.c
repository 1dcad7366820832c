// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl undo: moves what a job has moved back to where it was. It is a job as
 * well, so an undo can be undone.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/job_file.h"
#include "ctl/journal.h"
#include "ctl/move_walk.h"
#include "move/undo.h"
#include "paths/handle.h"
#include "paths/path.h"

/* A file of the job: its pieces follow each other in undo.pieces. */
struct undo_of {
	size_t first, n;
	char *path; /* now; NULL: it has none */
	dev_t dev;
};

struct undo {
	const struct ctl *ctl;
	struct journal_piece *pieces;
	size_t n_pieces;
	struct undo_of *files;
	size_t n_files, n_lost;
	/* of the last filesystem */
	struct move_fs fs; /* .dev 0: none yet */
	struct regain regain;
};

/* The file that was moved last is the first, as it may be where another was. */
static int compare_files(const void *a, const void *b)
{
	const struct journal_piece *first = a, *second = b;

	if (first->file.id != second->file.id)
		return first->file.id > second->file.id ? -1 : 1;
	return first->id < second->id ? -1 : first->id > second->id;
}

static int read_pieces(struct undo *undo, struct journal *journal, __s64 job)
{
	__s64 *ids;
	size_t n;
	int err = journal_piece_ids(journal, job, &ids, &n);

	if (err)
		return err;
	undo->pieces = calloc(n + 1, sizeof(*undo->pieces));
	undo->files = calloc(n + 1, sizeof(*undo->files));
	if (!undo->pieces || !undo->files)
		err = -ENOMEM;
	for (; undo->n_pieces < n && !err; undo->n_pieces += !err)
		err = journal_read_piece(journal, ids[undo->n_pieces],
					 &undo->pieces[undo->n_pieces]);
	free(ids);
	if (!err)
		qsort(undo->pieces, undo->n_pieces, sizeof(*undo->pieces),
		      compare_files);
	return err;
}

static void group_pieces(struct undo *undo)
{
	for (size_t i = 0; i < undo->n_pieces; i++) {
		const struct journal_piece *piece = &undo->pieces[i];

		if (!i || piece->file.id != piece[-1].file.id)
			undo->files[undo->n_files++].first = i;
		undo->files[undo->n_files - 1].n++;
	}
}

/* Finds the path that the file has now. */
static int find_path(const struct mount_entry *mount,
		     const struct journal_file *file, struct undo_of *of)
{
	char link[32], path[PATH_MAX];
	struct stat stat_;
	int fd = job_file_open(mount, file);
	ssize_t len;
	int err = 0;

	if (fd < 0)
		return fd;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0 || fstat(fd, &stat_))
		err = -errno;
	close(fd);
	if (err)
		return err;
	path[len] = '\0';
	/* The dentry of a file that nobody has looked up has no name. */
	if (stat(path, &stat_) || stat_.st_ino != file->ino)
		snprintf(path, sizeof(path), "%s", file->path);
	if (stat(path, &stat_) || stat_.st_ino != file->ino)
		return -ENOENT;
	of->dev = stat_.st_dev;
	of->path = strdup(path);
	return of->path ? 0 : -ENOMEM;
}

static const char *reason(int err)
{
	switch (err) {
	case -ENODEV:
		return "its filesystem is not mounted";
	case -ESTALE:
		return "it was deleted";
	case -EAGAIN:
		return "it is in use";
	case -ENOENT:
		return "it has another name, which is not known";
	default:
		return strerror(-err);
	}
}

static void find_file(struct undo *undo, const struct mount_table *mounts,
		      struct undo_of *of)
{
	const struct journal_file *file = &undo->pieces[of->first].file;
	const struct mount_entry *mount = job_file_mount(mounts, file->uuid);
	int err = mount ? find_path(mount, file, of) : -ENODEV;
	char text[PATH_LABEL_LEN];

	if (!err)
		return;
	undo->n_lost++;
	path_escape(file->path, text, sizeof(text));
	log_fail(EXIT_FAILED, "\"frspctl jobs JOB\" shows what the job moved",
		 "%s: stays: %s", text, reason(err));
}

static enum exit_code find_files(struct undo *undo)
{
	struct mount_table *mounts;
	int err = mount_table_read(&mounts);

	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot read the mount table: %s",
				strerror(-err));
	for (size_t i = 0; i < undo->n_files; i++)
		find_file(undo, mounts, &undo->files[i]);
	mount_table_free(mounts);
	return EXIT_OK;
}

/* The file that is open, by its inode and generation. NULL: another one has its
 * name now.
 */
static const struct undo_of *file_of(const struct undo *undo, int path_fd)
{
	struct path_inode inode;
	struct stat stat;
	int mount_id;

	if (fstat(path_fd, &stat) ||
	    path_handle_read(path_fd, &inode, &mount_id))
		return NULL;
	for (size_t i = 0; i < undo->n_files; i++) {
		const struct undo_of *of = &undo->files[i];
		const struct journal_file *file = &undo->pieces[of->first].file;

		if (of->path && of->dev == stat.st_dev &&
		    file->ino == stat.st_ino && file->generation == inode.gen)
			return of;
	}
	return NULL;
}

static void close_regain(struct undo *undo)
{
	if (undo->fs.dev)
		regain_close(&undo->regain);
	undo->fs.dev = 0;
}

/* Once per filesystem */
static int open_regain(struct undo *undo, const struct move_walk *walk, int dir,
		       const char **failed)
{
	int err;

	if (undo->fs.dev == walk->fs.dev)
		return 0;
	close_regain(undo);
	undo->fs = walk->fs;
	undo->regain = (struct regain){
		.fs = &undo->fs,
		.keep_free = walk->options.keep_free,
	};
	err = regain_open(&undo->regain, dir, failed);
	if (err)
		undo->fs.dev = 0;
	return err;
}

static void move(struct move_walk *walk, int path_fd, const char *path, int dir,
		 struct move_result *result)
{
	struct undo *undo = walk->context;
	const struct undo_of *of = file_of(undo, path_fd);
	int err;

	if (!of) {
		result->err = -ESTALE;
		result->failed = "it is another file now";
		return;
	}
	err = open_regain(undo, walk, dir, &result->failed);
	if (err)
		result->err = err;
	else
		undo_file(&undo->regain, path_fd, path, dir,
			  undo->pieces + of->first, of->n, &walk->options,
			  result);
}

static enum exit_code walk_files(struct undo *undo)
{
	static const struct move_report_schemas schemas = {
		.file = "frsp.undo-file/1",
		.sum = "frsp.undo/1",
		.is_to_tier = true,
	};
	struct move_walk walk = {.schemas = &schemas,
				 .move = move,
				 .context = undo,
				 .n_lost = undo->n_lost};
	char **paths = calloc(undo->n_files + 1, sizeof(*paths));
	enum exit_code code;
	size_t n = 0;

	if (!paths)
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	for (size_t i = 0; i < undo->n_files; i++)
		if (undo->files[i].path)
			paths[n++] = undo->files[i].path;
	code = move_walk(&walk, undo->ctl, paths, n);
	close_regain(undo);
	free(paths);
	return code;
}

static enum exit_code read_job(struct undo *undo)
{
	const struct ctl *ctl = undo->ctl;
	struct journal_jobs jobs;
	struct journal *journal;
	enum exit_code code = ctl_journal_job(ctl, &journal, &jobs);
	int err = 0;

	if (code != EXIT_OK)
		return code;
	if (job_has_ended(jobs.jobs[0].state))
		err = read_pieces(undo, journal, jobs.jobs[0].id);
	else
		code = log_fail(EXIT_FAILED, "\"frspctl cancel\" ends it",
				"undo: job %lld has not ended",
				jobs.jobs[0].id);
	if (err)
		code = ctl_journal_failed(ctl, err);
	journal_free_jobs(&jobs);
	journal_close(journal);
	return code;
}

enum exit_code ctl_undo(const struct ctl *ctl)
{
	struct undo undo = {.ctl = ctl};
	enum exit_code code = move_walk_check(ctl);

	if (code == EXIT_OK)
		code = read_job(&undo);
	if (code == EXIT_OK) {
		group_pieces(&undo);
		code = find_files(&undo);
	}
	if (code == EXIT_OK)
		code = walk_files(&undo);
	for (size_t i = 0; i < undo.n_files; i++)
		free(undo.files[i].path);
	for (size_t i = 0; i < undo.n_pieces; i++)
		journal_free_piece(&undo.pieces[i]);
	free(undo.files);
	free(undo.pieces);
	return code;
}
