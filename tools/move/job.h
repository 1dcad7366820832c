/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job: a run of a command that moves files, which others can watch, pause,
 * resume and cancel by its id. It writes the journal, and takes the others'
 * wishes: values of a real-time signal, which arrive in the order in which they
 * were sent.
 *
 * When a job has to wait, as it is paused or the machine is not idle, it first
 * lets go of the file: nobody must wait for a lease that long. So the mover
 * ends the file's move with -EINTR, and the command calls job_go_on(), and
 * begins the file again. What was moved is not planned a second time.
 */
#ifndef FRSP_MOVE_JOB_H
#define FRSP_MOVE_JOB_H

#include <signal.h>

#include "move/idle.h"
#include "move/journal.h"
#include "move/load.h"
#include "move/plan.h"

#define JOB_SIGNAL SIGRTMIN

enum job_wish {
	JOB_PAUSE = 1,
	JOB_RESUME,
	JOB_CANCEL,
};

struct job {
	struct journal *journal;
	__s64 id;
	double deadline_s;	   /* monotonic; 0: none */
	bool needs_idle;	   /* moves only while the machine is idle */
	struct idle_bounds bounds; /* what is idle */
	/* Called when the state changes between running, paused and waiting. */
	void (*tell)(void *context, enum job_state state);
	void *context;

	enum job_state state;
	int wishes; /* signalfd */
	bool is_paused, is_cancelled, is_time_up;
	struct idle idle;
	bool is_listening; /* .window is open */
	struct load_window window;
	double listen_s; /* when to listen again */
	struct journal_file file;
	struct journal_piece piece;
	bool is_planned; /* the file's bytes are in the journal */
	int journal_err; /* the journal cannot be written any more: -errno */
};

/* Begins the job and blocks JOB_SIGNAL; call interrupt_catch() after that, as
 * interrupt_poll() would let it arrive otherwise. The caller has set .journal
 * and what is above .state; the rest is zero. 0 or -errno.
 */
int job_begin(struct job *job, const char *command);

/* Ends it, with the state of job_outcome(). exit_status: of the program. */
void job_end(struct job *job, int exit_status);

/* How it would end now: JOB_DONE, or why it must end. */
enum job_state job_outcome(const struct job *job, bool has_failed);

/* A file begins. The strings must live until the next one. */
void job_set_file(struct job *job, const struct journal_file *file);

/* Waits while the job is paused, or the machine is not idle. False: it has to
 * end: see job_outcome().
 */
bool job_go_on(struct job *job);

/* For struct mover_hooks: the functions of the same names there.
 * job_checkpoint() returns -EINTR: let go of the file and call job_go_on();
 * -ECANCELED; -ETIME: the deadline is over; or .journal_err.
 */
int job_checkpoint(struct job *job);
int job_before(struct job *job, const struct move_piece *piece,
	       const struct file_extents *file,
	       const struct file_extents *donor);
int job_after(struct job *job, const struct file_extents *now);
void job_progress(struct job *job, __u64 planned);

#endif
