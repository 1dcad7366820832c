// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frspctl explain JOB: the figures and rules of then, as the plan that the job
 * carried out has them. How much has moved is from the pieces of the journal.
 * Example:
 *
 *   FROM TO   OFFSET BYTES MOVED READS/H WRITES/H   GAIN COST RULE   PATH
 *   slow fast   1.0M  2.0M  2.0M    92.4      0.0 2218.1 10.0 gain   /srv/db
 *   slow -      3.0M  1.0M     -     0.1      0.0    2.8  5.0 costly /srv/db
 */
#include "ctl/explain_job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/json_out.h"
#include "base/table.h"
#include "ctl/explain_change.h"
#include "ctl/explain_row.h"
#include "ctl/journal.h"
#include "fs/tier_config.h"
#include "move/piece.h"
#include "move/tier_plan.h"
#include "paths/path.h"
#include "ui/document.h"

#define EXPLAIN_JOB_SCHEMA "frsp.explain-job/1"

/* A file of the plan, and what the job has moved of each of its ranges. */
struct job_file {
	const struct tier_plan_file *file;
	__u64 *moved; /* bytes, by index of the move */
};

struct explain {
	const struct ctl *ctl;
	struct journal_job *job;
	struct tier_plan plan;
	struct job_file *files;
	struct job_file **by_id; /* the same by inode and generation */
	/* which decisions are wanted */
	char *path; /* NULL: of all files */
	bool has_offset;
	__u64 offset;
};

/* Where the next row begins. */
struct place {
	size_t file, move;
};

/* Decisions on ranges that follow each other, by the same rule. */
struct row {
	const struct tier_plan_file *file;
	const struct tier_plan_move *first;
	const struct tier_plan_move *hottest; /* the one with most gain */
	size_t n;
	__u64 end, bytes, moved;
	struct explain_row sum;
};

/* --- what has moved ------------------------------------------------------- */

static int compare_ids(__u64 ino_a, __u32 gen_a, __u64 ino_b, __u32 gen_b)
{
	if (ino_a != ino_b)
		return ino_a < ino_b ? -1 : 1;
	return (gen_a > gen_b) - (gen_a < gen_b);
}

static int compare_files(const void *a, const void *b)
{
	const struct tier_plan_file *one = (*(struct job_file *const *)a)->file;
	const struct tier_plan_file *other =
		(*(struct job_file *const *)b)->file;

	return compare_ids(one->ino, one->generation, other->ino,
			   other->generation);
}

static int compare_piece(const void *piece, const void *file)
{
	const struct journal_file *one =
		&((const struct journal_piece *)piece)->file;
	const struct tier_plan_file *other =
		(*(struct job_file *const *)file)->file;

	return compare_ids(one->ino, one->generation, other->ino,
			   other->generation);
}

/* The first move that ends behind this offset. */
static size_t first_behind(const struct tier_plan_file *file, __u64 offset)
{
	size_t low = 0, high = file->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct tier_plan_move *move = &file->moves[middle];

		if (move->start + move->bytes <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Adds what the piece has moved of the range to *moved. */
static int add_moved(const struct journal_piece *piece,
		     const struct tier_plan_move *move, __u64 *moved)
{
	struct file_extents parts = {0};
	int err = piece_different(&piece->after, &piece->before, move->start,
				  move->start + move->bytes, &parts);

	*moved += file_extents_bytes(&parts);
	/* a file that was begun again may have a piece twice */
	if (*moved > move->bytes)
		*moved = move->bytes;
	file_extents_free(&parts);
	return err;
}

static int count_piece(const struct explain *explain,
		       const struct journal_piece *piece)
{
	struct job_file *const *at =
		explain->plan.n
			? bsearch(piece, explain->by_id, explain->plan.n,
				  sizeof(*explain->by_id), compare_piece)
			: NULL;
	const struct job_file *found = at ? *at : NULL;
	int err = 0;

	if (!found || !piece->is_done)
		return 0;
	for (size_t i = first_behind(found->file, piece->start);
	     i < found->file->n && !err; i++) {
		const struct tier_plan_move *move = &found->file->moves[i];

		if (move->start >= piece->start + piece->bytes)
			break;
		err = add_moved(piece, move, &found->moved[i]);
	}
	return err;
}

static int make_files(struct explain *explain)
{
	const struct tier_plan *plan = &explain->plan;

	explain->files = calloc(plan->n + 1, sizeof(*explain->files));
	explain->by_id = calloc(plan->n + 1, sizeof(*explain->by_id));
	if (!explain->files || !explain->by_id)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n; i++) {
		struct job_file *file = &explain->files[i];

		explain->by_id[i] = file;
		file->file = &plan->files[i];
		file->moved = calloc(file->file->n + 1, sizeof(*file->moved));
		if (!file->moved)
			return -ENOMEM;
	}
	if (plan->n)
		qsort(explain->by_id, plan->n, sizeof(*explain->by_id),
		      compare_files);
	return 0;
}

static int count_pieces(struct explain *explain, struct journal *journal)
{
	struct journal_piece piece;
	__s64 *ids;
	size_t n;
	int err = make_files(explain);

	if (!err)
		err = journal_piece_ids(journal, explain->job->id, &ids, &n);
	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		err = journal_read_piece(journal, ids[i], &piece);
		if (err)
			break;
		err = count_piece(explain, &piece);
		journal_free_piece(&piece);
	}
	free(ids);
	return err;
}

/* --- rows ----------------------------------------------------------------- */

static bool is_wanted(const struct explain *explain,
		      const struct tier_plan_file *file,
		      const struct tier_plan_move *move)
{
	if (explain->path && strcmp(explain->path, file->path))
		return false;
	return !explain->has_offset ||
	       (move->start <= explain->offset &&
		explain->offset - move->start < move->bytes);
}

static bool continues(const struct row *row, const struct tier_plan_file *file,
		      const struct tier_plan_move *move)
{
	return row->file == file && row->end == move->start &&
	       row->first->rule == move->rule &&
	       row->first->from == move->from && row->first->to == move->to;
}

static void add_to_row(struct row *row, const struct job_file *file, size_t i)
{
	const struct tier_plan_move *move = &file->file->moves[i];
	const struct policy_figures *figures = &move->figures;

	if (!row->n)
		*row = (struct row){
			.file = file->file,
			.first = move,
			.hottest = move,
			.sum = {move->from, move->to, move->rule},
		};
	if (figures->gain > row->hottest->figures.gain)
		row->hottest = move;
	row->n++;
	row->end = move->start + move->bytes;
	row->bytes += tier_plan_moves(move) ? file_extents_bytes(&move->extents)
					    : move->bytes;
	row->moved += file->moved[i];
	explain_row_add(&row->sum, figures, figures->cost);
}

/* The next row. False: there are no more. */
static bool next_row(const struct explain *explain, struct place *at,
		     struct row *row)
{
	row->n = 0;
	for (; at->file < explain->plan.n; at->file++, at->move = 0) {
		const struct job_file *file = &explain->files[at->file];

		for (; at->move < file->file->n; at->move++) {
			const struct tier_plan_move *move =
				&file->file->moves[at->move];

			if (row->n && !continues(row, file->file, move))
				return true;
			if (is_wanted(explain, file->file, move))
				add_to_row(row, file, at->move);
		}
		if (row->n)
			return true;
	}
	return false;
}

static void make_change(const struct explain *explain, const struct row *row,
			char text[EXPLAIN_CHANGE_LEN])
{
	const struct explain_facts facts = {
		.settings = &explain->plan.settings,
		.figures = &row->hottest->figures,
		.cost = row->hottest->figures.cost,
		.data_bytes = explain->plan.room.data_bytes,
		.refusal = MOVE_ALLOWED,
	};

	explain_change(row->first->rule, &facts, text);
}

/* --- the table ------------------------------------------------------------ */

#define N_COLUMNS 11

static int add_line(struct table *table, const struct row *row, bool exact)
{
	char offset[FMT_LEN], bytes[FMT_LEN], moved[FMT_LEN] = "-";
	char figures[EXPLAIN_ROW_FIGURES][FMT_LEN], path[PATH_LABEL_LEN];
	bool moves = tier_plan_moves(row->first);
	const char *cells[N_COLUMNS] = {
		tier_class_word(row->first->from),
		moves ? tier_class_word(row->first->to) : "-",
		fmt_bytes(offset, row->first->start, exact),
		fmt_bytes(bytes, row->bytes, exact),
		moved,
		figures[0],
		figures[1],
		figures[2],
		figures[3],
		policy_rule_word(row->first->rule),
		path,
	};

	if (moves)
		fmt_bytes(moved, row->moved, exact);
	explain_row_figures(&row->sum, figures);
	path_escape(row->file->path, path, sizeof(path));
	return table_add(table, cells);
}

static int print_rows(const struct explain *explain)
{
	static const struct table_column columns[N_COLUMNS] = {
		{.title = "FROM", .is_text = true},
		{.title = "TO", .is_text = true},
		{.title = "OFFSET"},
		{.title = "BYTES"},
		{.title = "MOVED"},
		{.title = "READS/H"},
		{.title = "WRITES/H"},
		{.title = "GAIN"},
		{.title = "COST"},
		{.title = "RULE", .is_text = true},
		{.title = "PATH", .is_text = true},
	};
	struct table *table = table_new(columns, N_COLUMNS);
	int err = table ? 0 : -ENOMEM;
	struct place at = {0};
	struct row row;

	while (!err && next_row(explain, &at, &row))
		err = add_line(table, &row, explain->ctl->exact);
	err = err ?: table_lay_out(table);
	if (!err)
		table_print(stdout, table);
	table_free(table);
	return err;
}

/* A line for each rule that decided, of the first row that it decided. */
static void print_rules(const struct explain *explain)
{
	bool is_said[POLICY_NR_RULES] = {false};
	char change[EXPLAIN_CHANGE_LEN];
	struct place at = {0};
	struct row row;

	while (next_row(explain, &at, &row)) {
		enum policy_rule rule = row.first->rule;

		if (is_said[rule])
			continue;
		is_said[rule] = true;
		make_change(explain, &row, change);
		printf("%s: %s. What would have changed it: %s.\n",
		       policy_rule_word(rule), policy_rule_text(rule), change);
	}
}

/* Of the range at an offset: the one whose place it takes, or that takes its
 * own.
 */
static void print_other(const struct explain *explain)
{
	char path[PATH_LABEL_LEN], offset[FMT_LEN];
	struct place at = {0};
	struct row row;

	if (!explain->has_offset || !next_row(explain, &at, &row) ||
	    !row.first->other_path)
		return;
	path_escape(row.first->other_path, path, sizeof(path));
	printf("The other range: %s of %s, with a gain of %.1f.\n",
	       fmt_bytes(offset, row.first->other_start, explain->ctl->exact),
	       path, row.first->figures.other_gain);
}

/* All that the plan left where it was, also what it does not list. */
static void print_stays(const struct explain *explain)
{
	const struct tier_plan *plan = &explain->plan;
	char bytes[FMT_LEN];

	if (explain->path || !plan->n_stays)
		return;
	puts("What stayed in all:");
	for (size_t i = 0; i < plan->n_stays; i++) {
		const struct tier_plan_stays *stays = &plan->stays[i];

		printf("  %s: %llu range%s, %s, %s: %s\n",
		       tier_class_word(stays->tier), stays->n,
		       fmt_plural(stays->n),
		       fmt_bytes(bytes, stays->bytes, explain->ctl->exact),
		       policy_rule_word(stays->rule),
		       policy_rule_text(stays->rule));
	}
}

static enum exit_code print_table(const struct explain *explain)
{
	const struct journal_job *job = explain->job;
	char command[PATH_LABEL_LEN], made[FMT_LEN], began[FMT_LEN];

	path_escape(job->command, command, sizeof(command));
	printf("Job %lld, %s: %s, began %s, by a plan of %s\n", job->id,
	       job_state_word(job->state), command,
	       fmt_rfc3339(began, job->began_ns),
	       fmt_rfc3339(made, explain->plan.made_s * NSEC_PER_SEC));
	if (print_rows(explain))
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	print_rules(explain);
	print_other(explain);
	print_stays(explain);
	return EXIT_OK;
}

/* --- JSON ----------------------------------------------------------------- */

static struct json_object *row_json(const struct explain *explain,
				    const struct row *row)
{
	struct json_object *object = json_object_new_object();
	const struct tier_plan_move *first = row->first;
	const struct tier_plan_move *hottest = row->hottest;
	char change[EXPLAIN_CHANGE_LEN];

	make_change(explain, row, change);
	json_add_text(object, "path", row->file->path);
	json_add_u64(object, "offset", first->start);
	json_add_u64(object, "length", row->end - first->start);
	json_add_u64(object, "bytes", row->bytes);
	json_add_u64(object, "moved_bytes", row->moved);
	explain_row_json(&row->sum, change, object);
	json_add_text(object, "other_path", hottest->other_path);
	if (hottest->other_path)
		json_add_u64(object, "other_offset", hottest->other_start);
	else
		json_object_object_add(object, "other_offset", NULL);
	json_add_number(object, "other_gain", hottest->figures.other_gain, 3);
	return object;
}

static struct json_object *settings_json(const struct tier_plan *plan)
{
	struct json_object *array = json_object_new_array();
	const struct policy_setting *setting;
	char text[POLICY_SETTING_LEN];

	for (size_t i = 0; (setting = policy_setting(i)); i++) {
		struct json_object *object = json_object_new_object();

		json_add_string(object, "name", setting->name);
		json_add_string(object, "value",
				policy_setting_get(setting, &plan->settings,
						   text));
		json_object_array_add(array, object);
	}
	return array;
}

static struct json_object *room_json(const struct tier_plan *plan)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "fast_bytes", plan->room.fast_bytes);
	json_add_u64(object, "fast_free_bytes", plan->room.fast_free);
	json_add_u64(object, "slow_free_bytes", plan->room.slow_free);
	json_add_u64(object, "data_bytes", plan->room.data_bytes);
	json_add_u64(object, "moved_bytes", plan->moved_bytes);
	return object;
}

static struct json_object *stays_json(const struct tier_plan *plan)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < plan->n_stays; i++) {
		const struct tier_plan_stays *stays = &plan->stays[i];
		struct json_object *object = json_object_new_object();

		json_add_string(object, "tier", tier_class_word(stays->tier));
		json_add_string(object, "rule", policy_rule_word(stays->rule));
		json_add_u64(object, "ranges", stays->n);
		json_add_u64(object, "bytes", stays->bytes);
		json_object_array_add(array, object);
	}
	return array;
}

static enum exit_code print_json(const struct explain *explain)
{
	struct json_object *document = document_new(EXPLAIN_JOB_SCHEMA);
	struct json_object *ranges = json_object_new_array();
	const struct tier_plan *plan = &explain->plan;
	const struct journal_job *job = explain->job;
	char text[FMT_LEN];
	struct place at = {0};
	struct row row;

	json_add_u64(document, "job", job->id);
	json_add_string(document, "state", job_state_word(job->state));
	json_add_text(document, "command", job->command);
	json_add_string(document, "began", fmt_rfc3339(text, job->began_ns));
	json_add_string(document, "planned",
			fmt_rfc3339(text, plan->made_s * NSEC_PER_SEC));
	json_add_string(document, "uuid", plan->uuid);
	json_object_object_add(document, "room", room_json(plan));
	json_object_object_add(document, "settings", settings_json(plan));
	while (next_row(explain, &at, &row))
		json_object_array_add(ranges, row_json(explain, &row));
	json_object_object_add(document, "ranges", ranges);
	json_object_object_add(document, "stays", stays_json(plan));
	return document_print(document);
}

/* --- the command ---------------------------------------------------------- */

static enum exit_code parse_wanted(struct explain *explain)
{
	const struct ctl *ctl = explain->ctl;

	if (ctl->n_args > 2 && fmt_parse_bytes(ctl->args[2], &explain->offset))
		return log_fail(EXIT_USAGE,
				"bytes, or a number with K, M, G or T",
				"explain: \"%s\" is not an offset",
				ctl->args[2]);
	explain->has_offset = ctl->n_args > 2;
	if (ctl->n_args < 2)
		return EXIT_OK;
	/* a file that is gone can be explained, too */
	explain->path = realpath(ctl->args[1], NULL) ?: strdup(ctl->args[1]);
	return explain->path
		       ? EXIT_OK
		       : log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
}

static enum exit_code read_plan(struct explain *explain,
				struct journal *journal)
{
	const struct ctl *ctl = explain->ctl;
	struct ini_error error;
	char *text;
	FILE *in;
	int err = journal_read_plan(journal, explain->job->id, &text);

	if (err == -ENOENT)
		return log_fail(
			EXIT_FAILED,
			"\"frspctl jobs JOB\" shows what it moved, \"explain PATH\" what the policy would do now",
			"job %s carried out no plan: who ran \"%s\" decided",
			ctl->args[0], explain->job->command);
	if (err)
		return ctl_journal_failed(ctl, err);
	in = fmemopen(text, strlen(text), "r");
	err = in ? tier_plan_read(in, &explain->plan, &error) : -ENOMEM;
	if (in)
		fclose(in);
	free(text);
	if (err == -EINVAL)
		return log_fail(EXIT_FAILED,
				"use the version of frsp that made it",
				"the plan of job %s, line %u: %s", ctl->args[0],
				error.line, error.what);
	return err ? log_fail(EXIT_FAILED, NULL, "%s", strerror(-err))
		   : EXIT_OK;
}

static enum exit_code check_any(const struct explain *explain)
{
	const struct ctl *ctl = explain->ctl;
	struct place at = {0};
	struct row row;

	if (!explain->path || next_row(explain, &at, &row))
		return EXIT_OK;
	return log_fail(
		EXIT_FAILED,
		"a plan lists what moves, and of what stays the ranges with most gain; without PATH it shows them all",
		"%s: %s is not in the plan of job %s", explain->path,
		explain->has_offset ? "this range" : "it", ctl->args[0]);
}

static void clear(struct explain *explain)
{
	for (size_t i = 0; explain->files && i < explain->plan.n; i++)
		free(explain->files[i].moved);
	free(explain->files);
	free(explain->by_id);
	free(explain->path);
	tier_plan_free(&explain->plan);
}

enum exit_code explain_job(const struct ctl *ctl)
{
	struct explain explain = {.ctl = ctl};
	struct journal_jobs jobs;
	struct journal *journal;
	enum exit_code code = ctl_journal_job(ctl, &journal, &jobs);
	int err;

	if (code != EXIT_OK)
		return code;
	explain.job = &jobs.jobs[0];
	code = parse_wanted(&explain);
	if (code == EXIT_OK)
		code = read_plan(&explain, journal);
	if (code == EXIT_OK) {
		err = count_pieces(&explain, journal);
		if (err)
			code = ctl_journal_failed(ctl, err);
	}
	if (code == EXIT_OK)
		code = check_any(&explain);
	if (code == EXIT_OK)
		code = ctl->json ? print_json(&explain) : print_table(&explain);
	clear(&explain);
	journal_free_jobs(&jobs);
	journal_close(journal);
	return code;
}
