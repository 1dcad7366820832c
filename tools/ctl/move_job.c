// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/move_job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "ctl/journal.h"
#include "paths/handle.h"

static void tell(void *context, enum job_state state)
{
	struct move_job *job = context;

	move_report_state(job->report, state);
}

/* Something must tell what the disks do, and who waits for them. */
static enum exit_code check_idle(const struct ctl *ctl)
{
	const char *option = ctl->idle ? "--idle" : "--max-pressure";
	struct load_window window;
	bool has_pressure;
	char hint[40];
	int err;

	if (!ctl->idle && !ctl->max_pressure)
		return EXIT_OK;
	err = load_begin(&window);
	has_pressure = window.has_pressure;
	snprintf(hint, sizeof(hint), "run it without %s", option);
	if (err)
		return log_fail(EXIT_UNSUPPORTED, hint, "%s: %s: %s", option,
				DISKSTATS_PATH, strerror(-err));
	load_free(&window);
	if (ctl->max_pressure && !has_pressure)
		return log_fail(
			EXIT_UNSUPPORTED, hint,
			"--max-pressure: the kernel has no /proc/pressure/io");
	return EXIT_OK;
}

/* --idle is the stricter one in all but the pressure. */
static struct idle_bounds bounds_of(const struct ctl *ctl)
{
	struct idle_bounds bounds = idle_below_pressure(ctl->max_pressure);

	if (!ctl->idle)
		return bounds;
	return ctl->max_pressure &&
			       bounds.pressure_high < idle_usual.pressure_high
		       ? (struct idle_bounds){bounds.pressure_low,
					      bounds.pressure_high,
					      idle_usual.queue_low,
					      idle_usual.queue_high}
		       : idle_usual;
}

enum exit_code move_job_begin(struct move_job *job, const struct ctl *ctl,
			      struct move_report *report)
{
	enum exit_code code;
	int err;

	job->ctl = ctl;
	job->report = report;
	if (ctl->dry_run)
		return EXIT_OK;
	code = check_idle(ctl);
	if (code == EXIT_OK)
		code = ctl_journal_make(ctl, &job->job.journal);
	if (code != EXIT_OK)
		return code;
	job->job.needs_idle = ctl->idle || ctl->max_pressure;
	job->job.bounds = bounds_of(ctl);
	if (ctl->time_limit_s)
		job->job.deadline_s = clock_monotonic_s() + ctl->time_limit_s;
	job->job.tell = tell;
	job->job.context = job;
	err = job_begin(&job->job, ctl->line);
	if (err) {
		journal_close(job->job.journal);
		return ctl_journal_failed(ctl, err);
	}
	move_report_job(report, job->job.id);
	return EXIT_OK;
}

enum job_state move_job_outcome(const struct move_job *job)
{
	if (!job->job.journal)
		return interrupted ? JOB_STOPPED : JOB_DONE;
	return job_outcome(&job->job, job->report->failed);
}

void move_job_end(struct move_job *job, enum exit_code code)
{
	if (!job->job.journal)
		return;
	job_end(&job->job, code);
	journal_close(job->job.journal);
}

/* A filesystem whose superblock cannot be read has no UUID here. So nothing
 * of the job can be undone, but it is moved.
 */
static void name_fs(struct move_job *job)
{
	__u32 dev = kdev_from_user(job->fs->dev);
	struct ext4_super super;

	if (job->dev == job->fs->dev)
		return;
	job->dev = job->fs->dev;
	mount_name_for_people(job->fs->name, job->device);
	if (ext4_super_read_dev(dev, &super))
		memset(super.uuid, 0, sizeof(super.uuid));
	ext4_super_uuid(&super, job->uuid);
}

/* The job is told of a file when something of it is to be moved. */
static int know_file(struct move_job *job)
{
	struct journal_file file = {
		.uuid = job->uuid,
		.device = job->device,
		.path = job->path,
	};
	struct path_inode inode;
	struct stat stat;
	int mount_id, err;

	if (job->is_known)
		return 0;
	if (fstat(job->path_fd, &stat))
		return -errno;
	err = path_handle_read(job->path_fd, &inode, &mount_id);
	if (err)
		return err;
	name_fs(job);
	file.ino = stat.st_ino;
	file.generation = inode.gen;
	job_set_file(&job->job, &file);
	job->is_known = true;
	return 0;
}

static int before(void *context, const struct move_piece *piece,
		  const struct file_extents *file,
		  const struct file_extents *donor)
{
	struct move_job *job = context;
	int err = know_file(job);

	return err ?: job_before(&job->job, piece, file, donor);
}

static int after(void *context, const struct move_piece *piece,
		 const struct file_extents *now)
{
	struct move_job *job = context;

	(void)piece;
	return job_after(&job->job, now);
}

static int checkpoint(void *context)
{
	struct move_job *job = context;

	return job_checkpoint(&job->job);
}

static void progress(void *context, __u64 planned, __u64 done)
{
	struct move_job *job = context;

	job_progress(&job->job, planned);
	move_report_progress(job->report, planned, done);
}

struct mover_hooks move_job_hooks(struct move_job *job)
{
	return (struct mover_hooks){
		.before = before,
		.after = after,
		.checkpoint = checkpoint,
		.progress = progress,
		.context = job,
	};
}

void move_job_file(struct move_job *job, const struct move_fs *fs, int path_fd,
		   const char *path)
{
	job->fs = fs;
	job->path_fd = path_fd;
	job->path = path;
	job->is_known = false;
}

bool move_job_owns(const struct move_job *job, int path_fd)
{
	struct stat stat;

	return job->job.journal && !fstat(path_fd, &stat) &&
	       journal_is(job->job.journal, &stat);
}

bool move_job_go_on(struct move_job *job)
{
	if (job->job.journal)
		return job_go_on(&job->job);
	return !interrupted;
}

int move_job_error(const struct move_job *job)
{
	switch (move_job_outcome(job)) {
	case JOB_CANCELLED:
		return -ECANCELED;
	case JOB_TIME_UP:
		return -ETIME;
	default:
		return job->job.journal_err ?: -EINTR;
	}
}
