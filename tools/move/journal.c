// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes to the journal. */
#include "move/journal.h"

#include <errno.h>

#include "base/clock.h"
#include "move/journal_db.h"

static const char *const words[] = {
	[JOB_RUNNING] = "running",	   [JOB_PAUSED] = "paused",
	[JOB_WAITING] = "waiting",	   [JOB_DONE] = "done",
	[JOB_FAILED] = "failed",	   [JOB_STOPPED] = "stopped",
	[JOB_CANCELLED] = "cancelled",	   [JOB_TIME_UP] = "time_up",
	[JOB_INTERRUPTED] = "interrupted",
};

const char *job_state_word(enum job_state state)
{
	return words[state];
}

static int drop(sqlite3 *db, __s64 id)
{
	return sql_run(db, "DELETE FROM jobs WHERE id = ?", "i", id);
}

static bool is_recent(const struct journal_job *job, __u64 now_ns)
{
	__u64 last_ns =
		job->ended_ns > job->began_ns ? job->ended_ns : job->began_ns;

	return job->moved_bytes &&
	       last_ns + JOURNAL_RECENT_S * NSEC_PER_SEC > now_ns;
}

/* Drops the oldest of the jobs that do not run. */
static int drop_old(struct journal *journal)
{
	__u64 n_pieces = 0, now_ns = clock_ns(CLOCK_REALTIME);
	struct journal_jobs all;
	size_t n_left;
	int err = journal_read_jobs(journal, JOURNAL_ALL_JOBS, &all);

	if (err)
		return err;
	n_left = all.n;
	for (size_t i = 0; i < all.n; i++)
		n_pieces += all.jobs[i].n_pieces + all.jobs[i].n_decisions;
	for (size_t i = 0; i < all.n && !err; i++) {
		const struct journal_job *job = &all.jobs[i];

		if (n_left <= JOURNAL_MAX_JOBS &&
		    n_pieces <= JOURNAL_MAX_PIECES)
			break;
		if (!job_has_ended(job->state))
			continue;
		if (n_left <= JOURNAL_MAX_RECENT &&
		    n_pieces <= JOURNAL_MAX_PIECES && is_recent(job, now_ns))
			continue;
		err = drop(journal->db, job->id);
		n_left--;
		n_pieces -= job->n_pieces + job->n_decisions;
	}
	journal_free_jobs(&all);
	return err;
}

static int begin(struct journal *journal, const char *command,
		 const struct process *self, __s64 *id)
{
	sqlite3 *db = journal->db;
	int err = sql_run(
		db,
		"INSERT INTO jobs (command, state, boot_id, pid, start_ticks, began_ns)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		"tttiii", command, words[JOB_RUNNING], self->boot_id,
		(__s64)self->pid, self->start_ticks, clock_ns(CLOCK_REALTIME));

	*id = sqlite3_last_insert_rowid(db);
	return err ?: drop_old(journal);
}

int journal_begin(struct journal *journal, const char *command, __s64 *id)
{
	struct process self;
	int err = process_self(&self);

	if (!err)
		err = sql_begin(journal->db);
	if (err)
		return err;
	return sql_end(journal->db, begin(journal, command, &self, id));
}

int journal_set_state(struct journal *journal, __s64 job, enum job_state state)
{
	return sql_run(journal->db, "UPDATE jobs SET state = ? WHERE id = ?",
		       "ti", words[state], job);
}

int journal_end(struct journal *journal, __s64 job, enum job_state state,
		int exit_status)
{
	return sql_run(
		journal->db,
		"UPDATE jobs SET state = ?, exit_status = ?, ended_ns = ? WHERE id = ?",
		"tiii", words[state], (__s64)exit_status,
		clock_ns(CLOCK_REALTIME), job);
}

int journal_plan(struct journal *journal, __s64 job, __u64 bytes)
{
	return sql_run(
		journal->db,
		"UPDATE jobs SET planned_bytes = planned_bytes + ? WHERE id = ?",
		"ii", bytes, job);
}

static int enter_extents(sqlite3 *db, __s64 piece, const char *which,
			 const struct file_extents *extents)
{
	int err = 0;

	for (size_t i = 0; i < extents->n && !err; i++) {
		const struct file_extent *extent = &extents->extents[i];

		err = sql_run(db,
			      "INSERT INTO extents VALUES (?, ?, ?, ?, ?, ?)",
			      "itiiii", piece, which, extent->logical,
			      extent->physical, extent->bytes,
			      (__s64)extent->unwritten);
	}
	return err;
}

static int enter_file(sqlite3 *db, __s64 job, struct journal_file *file)
{
	int err = sql_run(
		db,
		"INSERT INTO files (job, uuid, device, path, inode, generation)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		"itttii", job, file->uuid, file->device, file->path, file->ino,
		(__s64)file->generation);

	file->id = sqlite3_last_insert_rowid(db);
	return err;
}

static int enter_piece(sqlite3 *db, __s64 job, struct journal_piece *piece)
{
	int err = 0;

	if (!piece->file.id)
		err = enter_file(db, job, &piece->file);
	if (!err)
		err = sql_run(db,
			      "INSERT INTO pieces (file, start, bytes, state)"
			      " VALUES (?, ?, ?, 'intent')",
			      "iii", piece->file.id, piece->start,
			      piece->bytes);
	piece->id = sqlite3_last_insert_rowid(db);
	if (!err)
		err = enter_extents(db, piece->id, EXTENTS_BEFORE,
				    &piece->before);
	if (!err)
		err = enter_extents(db, piece->id, EXTENTS_GOAL, &piece->goal);
	if (!err)
		err = sql_run(
			db, "UPDATE jobs SET pieces = pieces + 1 WHERE id = ?",
			"i", job);
	return err;
}

/* In WAL mode, FULL syncs at each commit, NORMAL does not. */
int journal_intent(struct journal *journal, __s64 job,
		   struct journal_piece *piece)
{
	__s64 file_id = piece->file.id;
	int err = sql_run(journal->db, "PRAGMA synchronous = FULL", "");

	if (!err)
		err = sql_begin(journal->db);
	if (err)
		return err;
	err = sql_end(journal->db, enter_piece(journal->db, job, piece));
	if (err)
		piece->file.id = file_id;
	return err;
}

static int finish_piece(sqlite3 *db, __s64 job,
			const struct journal_piece *piece, __u64 moved)
{
	int err = sql_run(
		db,
		"UPDATE pieces SET state = 'done', done_ns = ? WHERE id = ?",
		"ii", clock_ns(CLOCK_REALTIME), piece->id);

	if (!err)
		err = enter_extents(db, piece->id, EXTENTS_AFTER,
				    &piece->after);
	if (!err)
		err = sql_run(
			db,
			"UPDATE jobs SET moved_bytes = moved_bytes + ? WHERE id = ?",
			"ii", moved, job);
	return err;
}

int journal_done(struct journal *journal, __s64 job,
		 const struct journal_piece *piece, __u64 moved)
{
	int err = sql_run(journal->db, "PRAGMA synchronous = NORMAL", "");

	if (!err)
		err = sql_begin(journal->db);
	if (err)
		return err;
	return sql_end(journal->db,
		       finish_piece(journal->db, job, piece, moved));
}

int journal_keep_plan(struct journal *journal, __s64 job, const char *text,
		      __u64 n_decisions)
{
	return sql_run(journal->db, "INSERT INTO plans VALUES (?, ?, ?)", "iit",
		       job, n_decisions, text);
}
