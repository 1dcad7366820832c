/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision journal: which jobs moved which pieces of which files, from where
 * to where. It is a database of SQLite, and for people: "sqlite3 FILE .dump".
 *
 *   jobs      a run of a command that moves; its state, and its process
 *   files     a file of a job of which at least a piece was to be moved
 *   pieces    a part of a file: "intent" before its exchange, then "done"
 *   extents   where the piece was ("before"), where the donor had its blocks
 *             ("goal"), and, once it is done, where it is ("after")
 *   plans     the plan that a job carries out (move/tier_plan.h), as text
 *   decisions what frspd has changed by itself (move/decision.h)
 *
 * An intent is on the disk before anything is exchanged. A "done" need not be:
 * after a crash, FIEMAP says where the piece is, and not the journal.
 *
 * Several programs may use it at the same time. No transaction is open while a
 * function is not running.
 */
#ifndef FRSP_MOVE_JOURNAL_H
#define FRSP_MOVE_JOURNAL_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/process.h"
#include "fs/fiemap.h"

#define JOURNAL_PATH "/var/lib/frsp/journal.db"

/* When a job begins, older ones are dropped until at most so many are left, and
 * their pieces and the decisions of their plans are at most so many. Jobs that
 * run stay. Those that moved something stay as long as a policy may count it
 * (the longest cooldown), but there are at most JOURNAL_MAX_RECENT jobs then.
 */
#define JOURNAL_MAX_JOBS   100
#define JOURNAL_MAX_RECENT 10000
#define JOURNAL_RECENT_S   (30 * 86400ULL)
#define JOURNAL_MAX_PIECES 1000000

enum job_state {
	JOB_RUNNING,
	JOB_PAUSED,
	JOB_WAITING, /* until the machine is idle */
	/* it has ended: */
	JOB_DONE,
	JOB_FAILED,
	JOB_STOPPED, /* by a signal */
	JOB_CANCELLED,
	JOB_TIME_UP,
	/* its process is gone without a word; this is never in the journal */
	JOB_INTERRUPTED,
	JOB_N_STATES,
};

/* A word, such as "running". */
const char *job_state_word(enum job_state state);
static inline bool job_has_ended(enum job_state state)
{
	return state >= JOB_DONE;
}

struct journal_job {
	__s64 id;
	char *command;
	enum job_state state;
	struct process process;
	__u64 began_ns, ended_ns; /* since the epoch; 0: not yet */
	int exit_status;	  /* valid if it has ended */
	__u64 planned_bytes, moved_bytes;
	__u64 n_pieces;
	__u64 n_decisions; /* of its plan; 0: it has none */
};

struct journal_jobs {
	struct journal_job *jobs; /* by rising id */
	size_t n;
};

struct journal_file {
	__s64 id;	    /* 0: not in the journal yet */
	const char *uuid;   /* of its filesystem */
	const char *device; /* for people */
	const char *path;
	__u64 ino;
	__u32 generation;
};

struct journal_piece {
	__s64 id;
	struct journal_file file;
	__u64 start, bytes; /* in the file */
	bool is_done;
	/* When it was done, since the epoch. Older journals know only when the
	 * job ended, or began. 0: it is not done.
	 */
	__u64 done_ns;
	struct file_extents before, goal, after; /* sorted, cut at its ends */
};

struct journal;

/*
 * create: makes the file if it is missing, and the directory of JOURNAL_PATH.
 * 0; -ENOENT: there is none, or it is empty; -EPERM: others may write it;
 * -EINVAL: it is another program's; -EPROTONOSUPPORT: a newer frspctl made it;
 * an error of move/sql.h; or another -errno.
 */
int journal_open(const char *path, bool create, struct journal **out);
void journal_close(struct journal *journal); /* NULL: does nothing */

/* True if the file is the journal itself, or one that SQLite has beside it.
 * They must not even be opened while the journal is: closing a file drops all
 * POSIX locks that the process has on it, and SQLite's are such locks.
 */
bool journal_is(const struct journal *journal, const struct stat *file);

/* The functions below return 0 or an error of move/sql.h. */

/* Enters a job, and drops old ones. */
int journal_begin(struct journal *journal, const char *command, __s64 *id);
int journal_set_state(struct journal *journal, __s64 job, enum job_state state);
int journal_end(struct journal *journal, __s64 job, enum job_state state,
		int exit_status);
/* More bytes are planned. */
int journal_plan(struct journal *journal, __s64 job, __u64 bytes);

/* Enters the file if it is new, and a piece of it; both get their ids. On the
 * disk when it returns.
 */
int journal_intent(struct journal *journal, __s64 job,
		   struct journal_piece *piece);
/* The piece's extents are piece->after now; moved bytes were exchanged. */
int journal_done(struct journal *journal, __s64 job,
		 const struct journal_piece *piece, __u64 moved);

/* Keeps the text of the plan that the job carries out, which has so many
 * decisions.
 */
int journal_keep_plan(struct journal *journal, __s64 job, const char *text,
		      __u64 n_decisions);
/* Reads it. -ENOENT: the job has none. The caller frees *text. */
int journal_read_plan(struct journal *journal, __s64 job, char **text);

/* Reads all jobs, or one; -ENOENT: there is none with this id. A job whose
 * process is gone is JOB_INTERRUPTED. The caller frees the jobs.
 */
#define JOURNAL_ALL_JOBS 0
int journal_read_jobs(struct journal *journal, __s64 id,
		      struct journal_jobs *jobs);
void journal_free_jobs(struct journal_jobs *jobs);

/* The ids of the job's pieces, in the order of their moves. The caller frees
 * *ids.
 */
int journal_piece_ids(struct journal *journal, __s64 job, __s64 **ids,
		      size_t *n);
/* The ids of the pieces that all jobs have moved on a filesystem since then,
 * the oldest first. The caller frees *ids.
 */
int journal_moved_since(struct journal *journal, const char *uuid,
			__u64 since_ns, __s64 **ids, size_t *n);
/* Reads a piece. -ENOENT: there is none. The caller frees it. */
int journal_read_piece(struct journal *journal, __s64 id,
		       struct journal_piece *piece);
void journal_free_piece(struct journal_piece *piece);

#endif
