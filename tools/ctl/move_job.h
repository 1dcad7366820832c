/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The job of a command that moves files: what it does is in the journal, and on
 * the report, and others can pause and cancel it.
 */
#ifndef FRSP_CTL_MOVE_JOB_H
#define FRSP_CTL_MOVE_JOB_H

#include "ctl/ctl.h"
#include "ctl/move_report.h"
#include "fs/ext4_super.h"
#include "move/job.h"

struct move_job {
	const struct ctl *ctl;
	struct job job; /* .journal NULL: a dry run is none */
	struct move_report *report;

	/* the file that is moved */
	const struct move_fs *fs;
	int path_fd;
	const char *path;
	bool is_known; /* to the job */

	/* its filesystem */
	dev_t dev; /* whose names the next two are */
	char uuid[EXT4_UUID_TEXT_LEN];
	char device[MOUNT_NAME_LEN];
};

/* Begins the job, unless the command line says that it is a dry run. If it
 * fails, prints why. The rest of job must be zero.
 */
enum exit_code move_job_begin(struct move_job *job, const struct ctl *ctl,
			      struct move_report *report);

/* How it would end now; to be called before the report ends. */
enum job_state move_job_outcome(const struct move_job *job);

/* Ends it. code: the program's exit status. */
void move_job_end(struct move_job *job, enum exit_code code);

/* What the mover calls. */
struct mover_hooks move_job_hooks(struct move_job *job);

/* A file begins: path_fd (O_PATH) and path are valid until the next one. */
void move_job_file(struct move_job *job, const struct move_fs *fs, int path_fd,
		   const char *path);

/* True if the file is one of the journal: it must not be opened. */
bool move_job_owns(const struct move_job *job, int path_fd);

/* As job_go_on(). */
bool move_job_go_on(struct move_job *job);

/* After a file was left with -EINTR and the job has to end: why, as -errno for
 * struct move_result.
 */
int move_job_error(const struct move_job *job);

#endif
