// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl jobs: shows the jobs of the journal, or what one of them moved. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/json_out.h"
#include "base/output.h"
#include "base/table.h"
#include "ctl/job_moves.h"
#include "ctl/journal.h"
#include "paths/path.h"
#include "ui/document.h"

#define JOBS_SCHEMA "frsp.jobs/1"
/* The table of a job's moves is made in parts, as it may be long. */
#define ROWS_AT_ONCE 1000
#define N_COLUMNS    6

static double seconds_of(const struct journal_job *job)
{
	__u64 end_ns = job->ended_ns ?: clock_ns(CLOCK_REALTIME);

	/* the clock may have been set back */
	return end_ns > job->began_ns ? (end_ns - job->began_ns) / 1e9 : 0;
}

/* When a job was interrupted is not known. */
static bool has_time(const struct journal_job *job)
{
	return job->state != JOB_INTERRUPTED;
}

static void add_time(struct json_object *object, const char *key, __u64 ns)
{
	char text[FMT_LEN];

	json_add_string(object, key, ns ? fmt_rfc3339(text, ns) : NULL);
}

static struct json_object *extents_array(const struct file_extents *extents)
{
	struct json_object *array = json_object_new_array_ext(extents->n);

	for (size_t i = 0; i < extents->n; i++) {
		const struct file_extent *extent = &extents->extents[i];
		struct json_object *object = json_object_new_object();

		json_add_u64(object, "offset", extent->logical);
		json_add_u64(object, "place", extent->physical);
		json_add_u64(object, "bytes", extent->bytes);
		json_add_bool(object, "unwritten", extent->unwritten);
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *move_object(const struct job_move *move)
{
	const struct journal_piece *piece = &move->piece;
	struct json_object *object = json_object_new_object();

	json_add_text(object, "path", piece->file.path);
	json_add_text(object, "device_name", piece->file.device);
	json_add_string(object, "uuid", piece->file.uuid);
	json_add_u64(object, "inode", piece->file.ino);
	json_add_u64(object, "generation", piece->file.generation);
	json_add_u64(object, "offset", piece->start);
	json_add_u64(object, "bytes", piece->bytes);
	json_add_string(object, "recorded", piece->is_done ? "done" : "intent");
	json_add_string(object, "found", move->place);
	json_object_object_add(object, "before", extents_array(&piece->before));
	json_object_object_add(object, "goal", extents_array(&piece->goal));
	json_object_object_add(object, "after", extents_array(&piece->after));
	return object;
}

/* moves: NULL: not asked for */
static struct json_object *job_object(const struct journal_job *job,
				      struct json_object *moves)
{
	struct json_object *object = json_object_new_object();
	bool has_ended = job->ended_ns;

	json_add_u64(object, "job", job->id);
	json_add_string(object, "state", job_state_word(job->state));
	json_add_text(object, "command", job->command);
	json_add_u64(object, "pid", job->process.pid);
	add_time(object, "began", job->began_ns);
	add_time(object, "ended", job->ended_ns);
	if (has_time(job))
		json_add_number(object, "seconds", seconds_of(job), 3);
	else
		json_object_object_add(object, "seconds", NULL);
	if (has_ended)
		json_add_u64(object, "exit_status", job->exit_status);
	else
		json_object_object_add(object, "exit_status", NULL);
	json_add_u64(object, "planned_bytes", job->planned_bytes);
	json_add_u64(object, "moved_bytes", job->moved_bytes);
	json_add_u64(object, "pieces", job->n_pieces);
	json_object_object_add(object, "moves", moves);
	return object;
}

/* moves: of the only job; NULL: not asked for */
static struct json_object *jobs_document(const struct journal_jobs *jobs,
					 struct json_object *moves)
{
	struct json_object *document = document_new(JOBS_SCHEMA);
	struct json_object *array = json_object_new_array_ext(jobs->n);

	for (size_t i = 0; i < jobs->n; i++)
		json_object_array_add(array, job_object(&jobs->jobs[i], moves));
	json_object_object_add(document, "jobs", array);
	return document;
}

/* A journal that cannot be read further cuts the document off. */
static int print_moves_json(const struct journal_jobs *jobs,
			    struct job_moves *moves)
{
	static const char tail[] = "]}]}";
	struct json_object *document =
		jobs_document(jobs, json_object_new_array());
	int err = json_print_head(stdout, document, tail), is_one = 1;

	for (bool is_first = true; !err; is_first = false) {
		struct job_move move;

		is_one = job_moves_next(moves, &move);
		if (is_one <= 0)
			break;
		err = json_print_item(stdout, move_object(&move), is_first);
		journal_free_piece(&move.piece);
	}
	printf("%s\n", tail);
	return err ?: is_one;
}

/* Lays the table out, prints it, and frees it. err: of its rows */
static enum exit_code print_table(struct table *table, int err)
{
	if (!err)
		err = table_lay_out(table);
	if (!err)
		table_print(stdout, table);
	table_free(table);
	return err ? log_fail(EXIT_FAILED, NULL, "%s", strerror(-err))
		   : EXIT_OK;
}

static int add_job(struct table *table, const struct journal_job *job,
		   bool exact)
{
	char id[24], moved[FMT_LEN], planned[FMT_LEN], began[FMT_LEN],
		seconds[24] = "?";
	char command[PATH_LABEL_LEN];
	const char *cells[] = {
		id,	 job_state_word(job->state),
		moved,	 planned,
		began,	 seconds,
		command,
	};

	snprintf(id, sizeof(id), "%lld", job->id);
	fmt_bytes(moved, job->moved_bytes, exact);
	fmt_bytes(planned, job->planned_bytes, exact);
	fmt_local_time(began, job->began_ns);
	if (has_time(job))
		snprintf(seconds, sizeof(seconds), "%.1f", seconds_of(job));
	path_escape(job->command, command, sizeof(command));
	return table_add(table, cells);
}

static enum exit_code print_jobs(const struct journal_jobs *jobs, bool exact)
{
	static const struct table_column columns[] = {
		{.title = "JOB"},
		{.title = "STATE", .is_text = true},
		{.title = "MOVED"},
		{.title = "PLANNED"},
		{.title = "BEGAN", .is_text = true},
		{.title = "SECONDS"},
		{.title = "COMMAND", .is_text = true},
	};
	struct table *table = table_new(columns, 7);
	int err = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < jobs->n && !err; i++)
		err = add_job(table, &jobs->jobs[i], exact);
	return print_table(table, err);
}

static int add_move(struct table *table, const struct job_move *move,
		    bool exact)
{
	const struct journal_piece *piece = &move->piece;
	const struct file_extents *after =
		piece->is_done ? &piece->after : &piece->goal;
	char offset[FMT_LEN], bytes[FMT_LEN], extents[64];
	char path[PATH_LABEL_LEN];
	const char *cells[] = {
		piece->is_done ? "done" : "intent",
		move->place ?: "?",
		offset,
		bytes,
		extents,
		path,
	};

	fmt_bytes(offset, piece->start, exact);
	fmt_bytes(bytes, piece->bytes, exact);
	snprintf(extents, sizeof(extents), "%zu -> %zu", piece->before.n,
		 after->n);
	path_escape(piece->file.path, path, sizeof(path));
	return table_add(table, cells);
}

/* Prints the next rows, with the columns at least as wide as before. 1: there
 * may be more; 0: there are none; or -errno.
 */
static int print_some(struct job_moves *moves, struct table_column *columns,
		      bool is_first, bool exact)
{
	struct table *table = table_new(columns, N_COLUMNS);
	int is_one = table ? 1 : -ENOMEM, err = 0, end = -1;

	while (is_one == 1 && !err && table_n_rows(table) < ROWS_AT_ONCE) {
		struct job_move move;

		is_one = job_moves_next(moves, &move);
		if (is_one != 1)
			break;
		err = add_move(table, &move, exact);
		journal_free_piece(&move.piece);
	}
	if (is_one >= 0 && !err)
		err = table_lay_out(table);
	if (is_one < 0 || err) {
		table_free(table);
		return err ?: is_one;
	}
	if (is_first)
		puts(table_titles(table));
	for (size_t i = 0; i < table_n_rows(table); i++)
		puts(table_line(table, i));
	for (size_t i = 0; i < N_COLUMNS; i++) {
		columns[i].min_width = table_column_end(table, i) - end - 1;
		end = table_column_end(table, i);
	}
	table_free(table);
	return is_one;
}

static int print_moves(struct job_moves *moves, bool exact)
{
	struct table_column columns[N_COLUMNS] = {
		{.title = "RECORDED", .is_text = true},
		{.title = "FOUND", .is_text = true},
		{.title = "OFFSET"},
		{.title = "BYTES"},
		{.title = "EXTENTS", .is_text = true},
		{.title = "FILE", .is_text = true},
	};
	int more = print_some(moves, columns, true, exact);

	while (more == 1)
		more = print_some(moves, columns, false, exact);
	return more;
}

static enum exit_code show_all(const struct ctl *ctl)
{
	struct journal_jobs jobs = {0};
	struct journal *journal;
	enum exit_code code = ctl_journal_open(ctl, &journal);
	int err = 0;

	if (code != EXIT_OK)
		return code;
	if (journal)
		err = journal_read_jobs(journal, JOURNAL_ALL_JOBS, &jobs);
	journal_close(journal);
	if (err)
		return ctl_journal_failed(ctl, err);
	code = ctl->json ? document_print(jobs_document(&jobs, NULL))
			 : print_jobs(&jobs, ctl->exact);
	journal_free_jobs(&jobs);
	return code;
}

static enum exit_code show(const struct ctl *ctl, struct journal *journal,
			   const struct journal_jobs *jobs)
{
	struct job_moves moves;
	enum exit_code code = EXIT_OK;
	int err = job_moves_open(&moves, journal, &jobs->jobs[0]);

	if (err)
		return ctl_journal_failed(ctl, err);
	if (ctl->json) {
		err = print_moves_json(jobs, &moves);
	} else {
		code = print_jobs(jobs, ctl->exact);
		puts("");
		if (code == EXIT_OK)
			err = print_moves(&moves, ctl->exact);
	}
	job_moves_close(&moves);
	if (output_is_lost())
		return output_fail(err);
	return err ? ctl_journal_failed(ctl, err) : code;
}

enum exit_code ctl_jobs(const struct ctl *ctl)
{
	struct journal_jobs jobs;
	struct journal *journal;
	enum exit_code code;

	if (!ctl->n_args)
		return show_all(ctl);
	code = ctl_journal_job(ctl, &journal, &jobs);
	if (code != EXIT_OK)
		return code;
	code = show(ctl, journal, &jobs);
	journal_free_jobs(&jobs);
	journal_close(journal);
	return code;
}
