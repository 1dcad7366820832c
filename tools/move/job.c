// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With .needs_idle the mover stops for LISTEN_S in each LISTEN_GAP_S and looks
 * what others do: in the kernel's counters its own I/O is not told apart from
 * theirs. While it waits, it looks in windows of WAIT_S.
 */
#include "move/job.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "move/piece.h"

#define LISTEN_S     0.1
#define LISTEN_GAP_S 1.0
#define WAIT_S	     0.5
#define FOREVER_S    3600.0 /* then look again */

int job_begin(struct job *job, const char *command)
{
	sigset_t wishes;

	sigemptyset(&wishes);
	sigaddset(&wishes, JOB_SIGNAL);
	sigprocmask(SIG_BLOCK, &wishes, NULL);
	job->wishes = signalfd(-1, &wishes, SFD_NONBLOCK | SFD_CLOEXEC);
	if (job->wishes < 0)
		return -errno;
	job->state = JOB_RUNNING;
	return journal_begin(job->journal, command, &job->id);
}

/* A window in which the mover did something says nothing. */
static void stop_listening(struct job *job)
{
	if (job->is_listening)
		load_free(&job->window);
	job->is_listening = false;
}

void job_end(struct job *job, int exit_status)
{
	stop_listening(job);
	close(job->wishes);
	/* If this fails, it is shown as interrupted. */
	journal_end(job->journal, job->id, job_outcome(job, exit_status),
		    exit_status);
}

static bool is_time_up(struct job *job)
{
	if (job->deadline_s && clock_monotonic_s() >= job->deadline_s)
		job->is_time_up = true;
	return job->is_time_up;
}

enum job_state job_outcome(const struct job *job, bool has_failed)
{
	if (job->is_cancelled)
		return JOB_CANCELLED;
	if (interrupted)
		return JOB_STOPPED;
	if (job->journal_err || has_failed)
		return JOB_FAILED;
	return job->is_time_up ? JOB_TIME_UP : JOB_DONE;
}

void job_set_file(struct job *job, const struct journal_file *file)
{
	job->file = *file;
	job->is_planned = false;
}

static void take_wishes(struct job *job)
{
	struct signalfd_siginfo info;

	while (read(job->wishes, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_int) {
		case JOB_PAUSE:
			job->is_paused = true;
			break;
		case JOB_RESUME:
			job->is_paused = false;
			break;
		case JOB_CANCEL:
			job->is_cancelled = true;
		}
	}
}

static void set_state(struct job *job, enum job_state state)
{
	int err;

	if (state == job->state)
		return;
	err = journal_set_state(job->journal, job->id, state);
	if (err)
		job->journal_err = err;
	job->state = state;
	job->tell(job->context, state);
}

static double time_left_s(const struct job *job)
{
	double left_s;

	if (!job->deadline_s)
		return FOREVER_S;
	left_s = job->deadline_s - clock_monotonic_s();
	return left_s > 0 ? left_s : 0;
}

/* Waits for a wish or a signal, at most that long. */
static void wait_for_wish(struct job *job, double seconds)
{
	struct pollfd poll_fd = {.fd = job->wishes, .events = POLLIN};
	double left_s = time_left_s(job);

	interrupt_poll(&poll_fd, 1, seconds < left_s ? seconds : left_s);
}

/* If the counters cannot be read, the machine is not known to be idle. */
static void end_listening(struct job *job)
{
	double began_s = job->window.began_s, now_s = clock_monotonic_s();
	struct idle_load load;

	job->is_listening = false;
	job->listen_s = now_s + LISTEN_GAP_S;
	if (load_end(&job->window, now_s, &load))
		job->idle = (struct idle){0};
	else
		idle_note(&job->idle, &job->bounds, &load, began_s, now_s);
}

static void begin_listening(struct job *job)
{
	/* A window that could not begin says nothing. */
	job->is_listening = !load_begin(&job->window);
	if (!job->is_listening)
		job->idle = (struct idle){0};
}

static void wait_for_idle(struct job *job)
{
	begin_listening(job);
	wait_for_wish(job, WAIT_S);
	if (job->is_listening)
		end_listening(job);
}

static bool must_end(struct job *job)
{
	return interrupted || job->is_cancelled || job->journal_err ||
	       is_time_up(job);
}

bool job_go_on(struct job *job)
{
	stop_listening(job);
	for (;;) {
		take_wishes(job);
		if (must_end(job))
			return false;
		if (job->is_paused) {
			set_state(job, JOB_PAUSED);
			wait_for_wish(job, FOREVER_S);
		} else if (job->needs_idle && !job->idle.is_idle) {
			set_state(job, JOB_WAITING);
			wait_for_idle(job);
		} else {
			set_state(job, JOB_RUNNING);
			return !job->journal_err;
		}
	}
}

/* 0, 1, or -EINTR, as job_checkpoint() */
static int listen(struct job *job)
{
	double now_s = clock_monotonic_s();

	if (!job->is_listening && now_s < job->listen_s)
		return 0;
	if (!job->is_listening)
		begin_listening(job);
	else if (now_s >= job->window.began_s + LISTEN_S)
		end_listening(job);
	if (job->is_listening)
		return 1;
	return job->idle.is_idle ? 0 : -EINTR;
}

int job_checkpoint(struct job *job)
{
	take_wishes(job);
	if (job->journal_err)
		return job->journal_err;
	if (job->is_cancelled)
		return -ECANCELED;
	if (is_time_up(job))
		return -ETIME;
	if (job->is_paused)
		return -EINTR;
	return job->needs_idle ? listen(job) : 0;
}

int job_before(struct job *job, const struct move_piece *piece,
	       const struct file_extents *file,
	       const struct file_extents *donor)
{
	job->piece = (struct journal_piece){
		.file = job->file,
		.start = piece->start,
		.bytes = piece->bytes,
		.goal = *donor,
		.before = *file,
	};
	job->journal_err = journal_intent(job->journal, job->id, &job->piece);
	job->file.id = job->piece.file.id;
	return job->journal_err;
}

int job_after(struct job *job, const struct file_extents *now)
{
	__u64 moved = job->piece.bytes - piece_common(&job->piece.before, now);

	if (!now->n) /* not known: it stays an intent */
		return 0;
	job->piece.after = *now;
	job->journal_err =
		journal_done(job->journal, job->id, &job->piece, moved);
	return job->journal_err;
}

void job_progress(struct job *job, __u64 planned)
{
	if (job->is_planned)
		return;
	job->is_planned = true;
	job->journal_err = journal_plan(job->journal, job->id, planned);
}
