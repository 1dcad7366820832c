// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frspctl pause, resume, cancel and wait: what one job is told by another
 * program. The journal says which process it is; a process that has the same
 * number by chance gets no signal (base/process.h).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "ctl/journal.h"
#include "move/job.h"

#define LOOK_AGAIN_S 0.05

static enum exit_code has_ended(const struct ctl *ctl,
				const struct journal_job *job)
{
	return log_fail(EXIT_FAILED, "\"frspctl jobs\" shows those that run",
			"%s: job %lld has ended: %s", ctl->command->name,
			job->id, job_state_word(job->state));
}

static enum exit_code cannot_tell(const struct ctl *ctl,
				  const struct journal_job *job, int err)
{
	return log_fail(err == -EPERM ? EXIT_PERMISSION : EXIT_FAILED,
			"run it as root, with sudo",
			"%s: cannot tell job %lld: %s", ctl->command->name,
			job->id, strerror(-err));
}

/* Waits until the job has one of two states, or has ended. *state is what it
 * has then. 0 or -errno of the journal.
 */
static int wait_for_state(struct journal *journal, __s64 id,
			  enum job_state wanted, enum job_state or,
			  enum job_state *state)
{
	struct journal_jobs jobs;
	int err;

	for (;;) {
		err = journal_read_jobs(journal, id, &jobs);
		if (err)
			return err;
		*state = jobs.jobs[0].state;
		journal_free_jobs(&jobs);
		if (*state == wanted || *state == or || job_has_ended(*state))
			return 0;
		interrupt_poll(NULL, 0, LOOK_AGAIN_S);
	}
}

static enum exit_code say_state(__s64 id, enum job_state state)
{
	printf("job %lld: %s\n", id, job_state_word(state));
	return EXIT_OK;
}

/* Tells the job, and waits until it is so. or: another state that will do. */
static enum exit_code tell(const struct ctl *ctl, enum job_wish wish,
			   enum job_state wanted, enum job_state or)
{
	struct journal_jobs jobs;
	struct journal *journal;
	enum job_state state;
	enum exit_code code = ctl_journal_job(ctl, &journal, &jobs);
	int err;

	if (code != EXIT_OK)
		return code;
	err = job_has_ended(jobs.jobs[0].state)
		      ? -ESRCH
		      : process_send(&jobs.jobs[0].process, JOB_SIGNAL, wish);
	if (err == -ESRCH) {
		code = has_ended(ctl, &jobs.jobs[0]);
	} else if (err) {
		code = cannot_tell(ctl, &jobs.jobs[0], err);
	} else {
		err = wait_for_state(journal, jobs.jobs[0].id, wanted, or,
				     &state);
		code = err ? ctl_journal_failed(ctl, err)
			   : say_state(jobs.jobs[0].id, state);
	}
	journal_free_jobs(&jobs);
	journal_close(journal);
	return code;
}

enum exit_code ctl_cancel(const struct ctl *ctl)
{
	return tell(ctl, JOB_CANCEL, JOB_CANCELLED, JOB_CANCELLED);
}

enum exit_code ctl_pause(const struct ctl *ctl)
{
	return tell(ctl, JOB_PAUSE, JOB_PAUSED, JOB_PAUSED);
}

enum exit_code ctl_resume(const struct ctl *ctl)
{
	return tell(ctl, JOB_RESUME, JOB_RUNNING, JOB_WAITING);
}

/* Waits for the end of the process. 0 or -errno. */
static int wait_for_process(const struct process *process)
{
	struct pollfd poll_fd = {.fd = process_open(process), .events = POLLIN};
	int err = 0;

	if (poll_fd.fd < 0)
		return poll_fd.fd == -ESRCH ? 0 : poll_fd.fd;
	while (poll(&poll_fd, 1, -1) < 0 && !err)
		err = errno == EINTR ? 0 : -errno;
	close(poll_fd.fd);
	return err;
}

/* The job's exit status. What its process did not say is a failure. */
static enum exit_code read_outcome(const struct ctl *ctl,
				   struct journal *journal, __s64 id)
{
	struct journal_jobs jobs;
	enum exit_code code;
	int err = journal_read_jobs(journal, id, &jobs);

	if (err)
		return ctl_journal_failed(ctl, err);
	say_state(id, jobs.jobs[0].state);
	code = jobs.jobs[0].state == JOB_INTERRUPTED ? EXIT_FAILED
						     : jobs.jobs[0].exit_status;
	journal_free_jobs(&jobs);
	return code;
}

static enum exit_code wait_for_job(const struct ctl *ctl,
				   struct journal *journal,
				   const struct journal_job *job)
{
	int err =
		job_has_ended(job->state) ? 0 : wait_for_process(&job->process);

	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"wait: cannot wait for job %lld: %s", job->id,
				strerror(-err));
	return read_outcome(ctl, journal, job->id);
}

static enum exit_code wait_for_all(const struct ctl *ctl)
{
	enum exit_code worst = EXIT_OK, code;
	struct journal_jobs jobs;
	struct journal *journal;
	int err;

	code = ctl_journal_open(ctl, &journal);
	if (code != EXIT_OK || !journal)
		return code;
	err = journal_read_jobs(journal, JOURNAL_ALL_JOBS, &jobs);
	if (err) {
		journal_close(journal);
		return ctl_journal_failed(ctl, err);
	}
	for (size_t i = 0; i < jobs.n; i++) {
		if (job_has_ended(jobs.jobs[i].state))
			continue;
		code = wait_for_job(ctl, journal, &jobs.jobs[i]);
		if (code > worst)
			worst = code;
	}
	journal_free_jobs(&jobs);
	journal_close(journal);
	return worst;
}

enum exit_code ctl_wait(const struct ctl *ctl)
{
	struct journal_jobs jobs;
	struct journal *journal;
	enum exit_code code;

	if (!ctl->n_args)
		return wait_for_all(ctl);
	code = ctl_journal_job(ctl, &journal, &jobs);
	if (code != EXIT_OK)
		return code;
	code = wait_for_job(ctl, journal, &jobs.jobs[0]);
	journal_free_jobs(&jobs);
	journal_close(journal);
	return code;
}
