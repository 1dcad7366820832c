// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads from the journal. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "move/journal_db.h"

static char *text_of(sqlite3_stmt *row, int column)
{
	const unsigned char *text = sqlite3_column_text(row, column);

	return strdup(text ? (const char *)text : "");
}

static enum job_state state_of(const char *word)
{
	for (int i = 0; i < JOB_N_STATES; i++)
		if (!strcmp(job_state_word(i), word))
			return i;
	return JOB_INTERRUPTED;
}

#define JOB_COLUMNS                                                            \
	"SELECT id, command, state, boot_id, pid, start_ticks, began_ns,"      \
	" ended_ns, exit_status, planned_bytes, moved_bytes, pieces,"          \
	" (SELECT decisions FROM plans WHERE job = jobs.id) FROM jobs"

static int fill_job(sqlite3_stmt *row, struct journal_job *job)
{
	const char *state = (const char *)sqlite3_column_text(row, 2);
	const char *boot_id = (const char *)sqlite3_column_text(row, 3);

	*job = (struct journal_job){
		.id = sqlite3_column_int64(row, 0),
		.command = text_of(row, 1),
		.process.pid = sqlite3_column_int(row, 4),
		.process.start_ticks = sqlite3_column_int64(row, 5),
		.began_ns = sqlite3_column_int64(row, 6),
		.ended_ns = sqlite3_column_int64(row, 7),
		.exit_status = sqlite3_column_int(row, 8),
		.planned_bytes = sqlite3_column_int64(row, 9),
		.moved_bytes = sqlite3_column_int64(row, 10),
		.n_pieces = sqlite3_column_int64(row, 11),
		.n_decisions = sqlite3_column_int64(row, 12),
	};
	if (!job->command || !state || !boot_id)
		return -ENOMEM;
	job->state = state_of(state);
	strncpy(job->process.boot_id, boot_id, BOOT_ID_LEN - 1);
	if (!job_has_ended(job->state) && !process_runs(&job->process))
		job->state = JOB_INTERRUPTED;
	return 0;
}

static int add_job(sqlite3_stmt *row, struct journal_jobs *jobs)
{
	void *grown =
		reallocarray(jobs->jobs, jobs->n + 1, sizeof(*jobs->jobs));

	if (!grown)
		return -ENOMEM;
	jobs->jobs = grown;
	return fill_job(row, &jobs->jobs[jobs->n++]);
}

int journal_read_jobs(struct journal *journal, __s64 id,
		      struct journal_jobs *jobs)
{
	sqlite3_stmt *row =
		id == JOURNAL_ALL_JOBS
			? sql_prepare(journal->db, JOB_COLUMNS " ORDER BY id",
				      "")
			: sql_prepare(journal->db, JOB_COLUMNS " WHERE id = ?",
				      "i", id);
	int err = 0;

	*jobs = (struct journal_jobs){0};
	while (!err && (err = sql_next(journal->db, row)) == 1)
		err = add_job(row, jobs);
	sqlite3_finalize(row);
	if (!err && id != JOURNAL_ALL_JOBS && !jobs->n)
		err = -ENOENT;
	if (err)
		journal_free_jobs(jobs);
	return err;
}

void journal_free_jobs(struct journal_jobs *jobs)
{
	for (size_t i = 0; i < jobs->n; i++)
		free(jobs->jobs[i].command);
	free(jobs->jobs);
	*jobs = (struct journal_jobs){0};
}

/* Frees the statement. */
static int read_ids(sqlite3 *db, sqlite3_stmt *row, __s64 **ids, size_t *n)
{
	int err = 0;

	*ids = NULL;
	*n = 0;
	while (!err && (err = sql_next(db, row)) == 1) {
		void *grown = reallocarray(*ids, *n + 1, sizeof(**ids));

		err = grown ? 0 : -ENOMEM;
		if (err)
			break;
		*ids = grown;
		(*ids)[(*n)++] = sqlite3_column_int64(row, 0);
	}
	sqlite3_finalize(row);
	if (err)
		free(*ids);
	return err;
}

int journal_piece_ids(struct journal *journal, __s64 job, __s64 **ids,
		      size_t *n)
{
	return read_ids(
		journal->db,
		sql_prepare(
			journal->db,
			"SELECT pieces.id FROM pieces JOIN files ON file = files.id"
			" WHERE job = ? ORDER BY pieces.id",
			"i", job),
		ids, n);
}

int journal_moved_since(struct journal *journal, const char *uuid,
			__u64 since_ns, __s64 **ids, size_t *n)
{
	return read_ids(
		journal->db,
		sql_prepare(
			journal->db,
			"SELECT pieces.id FROM pieces JOIN files ON file = files.id"
			" WHERE done_ns >= ? AND state = 'done' AND uuid = ?"
			" ORDER BY done_ns",
			"it", since_ns, uuid),
		ids, n);
}

int journal_read_plan(struct journal *journal, __s64 job, char **text)
{
	sqlite3_stmt *row = sql_prepare(
		journal->db, "SELECT text FROM plans WHERE job = ?", "i", job);
	int err = sql_next(journal->db, row);

	*text = NULL;
	if (err == 1)
		*text = text_of(row, 0);
	sqlite3_finalize(row);
	if (err == 1)
		return *text ? 0 : -ENOMEM;
	return err ?: -ENOENT;
}

static int read_extents(sqlite3 *db, __s64 piece, const char *which,
			struct file_extents *extents)
{
	sqlite3_stmt *row = sql_prepare(
		db,
		"SELECT logical, physical, bytes, unwritten FROM extents"
		" WHERE piece = ? AND which = ? ORDER BY logical",
		"it", piece, which);
	int err = 0;

	while (!err && (err = sql_next(db, row)) == 1) {
		struct file_extent extent = {
			.logical = sqlite3_column_int64(row, 0),
			.physical = sqlite3_column_int64(row, 1),
			.bytes = sqlite3_column_int64(row, 2),
			.unwritten = sqlite3_column_int(row, 3),
		};

		err = file_extents_add(extents, &extent);
	}
	sqlite3_finalize(row);
	return err;
}

static int fill_piece(sqlite3 *db, sqlite3_stmt *row,
		      struct journal_piece *piece)
{
	const char *state = (const char *)sqlite3_column_text(row, 2);
	int err;

	piece->start = sqlite3_column_int64(row, 0);
	piece->bytes = sqlite3_column_int64(row, 1);
	piece->is_done = state && !strcmp(state, "done");
	piece->done_ns = sqlite3_column_int64(row, 9);
	piece->file = (struct journal_file){
		.id = sqlite3_column_int64(row, 3),
		.uuid = text_of(row, 4),
		.device = text_of(row, 5),
		.path = text_of(row, 6),
		.ino = sqlite3_column_int64(row, 7),
		.generation = sqlite3_column_int64(row, 8),
	};
	if (!piece->file.uuid || !piece->file.device || !piece->file.path)
		return -ENOMEM;
	err = read_extents(db, piece->id, EXTENTS_BEFORE, &piece->before);
	if (!err)
		err = read_extents(db, piece->id, EXTENTS_GOAL, &piece->goal);
	if (!err)
		err = read_extents(db, piece->id, EXTENTS_AFTER, &piece->after);
	return err;
}

int journal_read_piece(struct journal *journal, __s64 id,
		       struct journal_piece *piece)
{
	sqlite3_stmt *row = sql_prepare(
		journal->db,
		"SELECT start, bytes, state, files.id, uuid, device, path, inode,"
		" generation, done_ns FROM pieces JOIN files ON file = files.id"
		" WHERE pieces.id = ?",
		"i", id);
	int err = sql_next(journal->db, row);

	*piece = (struct journal_piece){.id = id};
	if (err == 1)
		err = fill_piece(journal->db, row, piece);
	else if (!err)
		err = -ENOENT;
	sqlite3_finalize(row);
	if (err)
		journal_free_piece(piece);
	return err;
}

void journal_free_piece(struct journal_piece *piece)
{
	free((char *)piece->file.uuid);
	free((char *)piece->file.device);
	free((char *)piece->file.path);
	file_extents_free(&piece->before);
	file_extents_free(&piece->goal);
	file_extents_free(&piece->after);
}
