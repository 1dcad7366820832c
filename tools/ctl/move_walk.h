/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks the files and directories that the user names, and lets a command move
 * each file.
 *
 * A file that the user names is always reported, and a directory if its
 * filesystem is left alone. Of the files in directories, only those with
 * something to gain are.
 */
#ifndef FRSP_CTL_MOVE_WALK_H
#define FRSP_CTL_MOVE_WALK_H

#include "ctl/ctl.h"
#include "ctl/move_job.h"
#include "ctl/move_report.h"
#include "move/mover.h"

struct move_walk {
	const struct move_report_schemas *schemas;
	/* Moves a file, as mover_move_file(). Its filesystem, walk->fs, allows
	 * that.
	 */
	void (*move)(struct move_walk *walk, int path_fd, const char *path,
		     int dir, struct move_result *result);
	void *context; /* for .move */
	/* Files that the caller was to move, and cannot find. They count as
	 * failed.
	 */
	size_t n_lost;
	/* The text of the plan that is carried out, for the journal, and how
	 * many decisions it has. NULL: there is none.
	 */
	const char *plan;
	size_t n_decisions;

	/* The walk sets the rest. */
	const struct ctl *ctl;
	size_t at;	   /* which of the paths is walked */
	struct move_fs fs; /* of the last file; .dev 0: none yet */
	/* ext4 allocates what was freed since the last commit only after the
	 * next one.
	 */
	bool has_freed;
	struct mover_options options;
	struct move_pace pace;
	struct move_report report;
	struct move_job job;
};

/* Checks that the user may move files as the command line says. If not, prints
 * why.
 */
enum exit_code move_walk_check(const struct ctl *ctl);

/* Walks the paths, and prints the report. The rest of walk must be zero. */
enum exit_code move_walk(struct move_walk *walk, const struct ctl *ctl,
			 char *const *paths, size_t n_paths);

#endif
