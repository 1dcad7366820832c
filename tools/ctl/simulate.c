// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl simulate: plays a recording to policies, and compares them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "base/output.h"
#include "base/table.h"
#include "ctl/ctl.h"
#include "ctl/policy_file.h"
#include "simulate/curve.h"
#include "simulate/perfect.h"
#include "simulate/plot.h"
#include "trace/read.h"
#include "ui/document.h"

#define SIMULATE_SCHEMA "frsp.simulate/1"

/* The policies to play. Without --policy: one with the default settings. */
struct players {
	struct policy_config *configs;
	struct sim_entry *entries;
	size_t n;
};

static void players_free(struct players *players)
{
	for (size_t i = 0; i < players->n; i++)
		policy_pins_free(&players->configs[i].pins);
	free(players->configs);
	free(players->entries);
}

static enum exit_code read_configs(const struct ctl *ctl,
				   struct players *players)
{
	size_t n = ctl->n_policies ? ctl->n_policies : 1;
	enum exit_code code = EXIT_OK;

	players->configs = calloc(n, sizeof(*players->configs));
	players->entries = calloc(n, sizeof(*players->entries));
	if (!players->configs || !players->entries)
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	players->n = n;
	for (size_t i = 0; i < n && code == EXIT_OK; i++) {
		players->entries[i].name =
			ctl->n_policies ? ctl->policies[i] : "defaults";
		players->entries[i].config = &players->configs[i];
		if (ctl->n_policies)
			code = policy_file_read(ctl->policies[i],
						&players->configs[i]);
		else
			players->configs[i].settings =
				policy_settings_default();
	}
	return code;
}

/* --- the recording -------------------------------------------------------- */

static int next_frame(void *reader, struct trace_frame *frame)
{
	return trace_next(reader, frame);
}

static int rewind_frames(void *reader)
{
	trace_rewind(reader);
	return 0;
}

static const char *path_of(void *reader, __u32 file)
{
	return trace_file(reader, file)->path;
}

/* Not metadata, and nothing else that is in no file; not a journal. */
static bool is_movable(void *reader, __u32 i)
{
	const struct trace_file *file = trace_file(reader, i);

	return file->ino && file->state != TRACE_PATH_INTERNAL;
}

static enum exit_code play(const char *path, const struct players *players,
			   struct sim_report *report)
{
	const struct trace_error *problem;
	struct trace_reader *reader;
	struct trace_error error;
	struct sim_source source = {
		.next = next_frame,
		.rewind = rewind_frames,
		.path = path_of,
		.is_movable = is_movable,
	};
	enum exit_code code = EXIT_OK;
	int err = trace_open(path, &reader, &error);

	if (err)
		return log_fail(EXIT_FAILED,
				error.hint ?: "name a recording of heat", "%s",
				error.cause);
	source.context = reader;
	trace_want_temperatures(reader, false);
	err = simulate(&source, players->entries, players->n, report);
	problem = trace_problem(reader);
	if (err && problem)
		code = log_fail(EXIT_FAILED,
				problem->hint ?: "it has to be recorded again",
				"%s", problem->cause);
	else if (err == -ENODATA)
		code = log_fail(EXIT_FAILED,
				"record for longer, while the files are in use",
				"%s: it has no I/O", path);
	else if (err)
		code = log_fail(EXIT_FAILED, NULL, "%s: %s", path,
				strerror(-err));
	else if (problem)
		log_warn("%s", problem->cause);
	trace_close(reader);
	return code;
}

/* --- the table ------------------------------------------------------------ */

#define CELL	  32
#define N_COLUMNS 9

static const struct table_column columns[N_COLUMNS] = {
	{.title = "POLICY", .is_text = true},
	{.title = "FAST"},
	{.title = "AT-END"},
	{.title = "MOVED"},
	{.title = "%/HOUR"},
	{.title = "RANGES"},
	{.title = "MOST"},
	{.title = "WRITTEN"},
	{.title = "LATENCY"},
};

static void percent_cell(char cell[CELL], double percent)
{
	if (percent < 0)
		strcpy(cell, "-");
	else
		snprintf(cell, CELL, "%.1f%%", percent);
}

static int add_row(struct table *table, const struct ctl *ctl,
		   const struct sim_report *report,
		   const struct sim_score *score)
{
	char cells[N_COLUMNS][CELL];
	const char *row[N_COLUMNS] = {score->name};
	char bytes[FMT_LEN];

	percent_cell(cells[1], sim_percent(score));
	percent_cell(cells[2], sim_late_percent(score));
	snprintf(cells[3], CELL, "%s",
		 fmt_bytes(bytes, score->moved_bytes, ctl->exact));
	snprintf(cells[4], CELL, "%.2f", sim_moved_per_hour(report, score));
	snprintf(cells[5], CELL, "%u", score->moved_ranges);
	snprintf(cells[6], CELL, "%u", score->most_moves);
	snprintf(cells[7], CELL, "%s",
		 fmt_bytes(bytes,
			   score->move_written_bytes + score->io_written_bytes,
			   ctl->exact));
	for (size_t i = 3; i < 8 && score->moves_free; i++)
		strcpy(cells[i], "-");
	snprintf(cells[8], CELL, "%.3fms", score->latency_s * 1000);
	for (size_t i = 1; i < N_COLUMNS; i++)
		row[i] = cells[i];
	return table_add(table, row);
}

/* "25 seconds", "90 minutes", "24.0 hours" */
static void time_text(char text[CELL], double seconds)
{
	if (seconds < 120)
		snprintf(text, CELL, "%.0f seconds", seconds);
	else if (seconds < 7200)
		snprintf(text, CELL, "%.0f minutes", seconds / 60);
	else
		snprintf(text, CELL, "%.1f hours", seconds / 3600);
}

static enum exit_code print_table(const struct ctl *ctl,
				  const struct sim_report *report)
{
	struct table *table = table_new(columns, N_COLUMNS);
	char data[FMT_LEN], fast[FMT_LEN], length[CELL];
	int err = table ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < report->n; i++)
		err = add_row(table, ctl, report, &report->scores[i]);
	if (!err)
		err = table_lay_out(table);
	if (err) {
		table_free(table);
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
	}
	time_text(length, (report->end_ns - report->begin_ns) / 1e9);
	printf("%llu I/Os in %s, %s of data in %u ranges, %s fast\n",
	       report->ios, length,
	       fmt_bytes(data, report->data_bytes, ctl->exact), report->ranges,
	       fmt_bytes(fast, report->scores[0].fast_bytes, ctl->exact));
	table_print(stdout, table);
	table_free(table);
	return EXIT_OK;
}

/* --- JSON ----------------------------------------------------------------- */

static void add_percent(struct json_object *object, const char *key,
			double percent)
{
	if (percent < 0)
		json_object_object_add(object, key, NULL);
	else
		json_add_number(object, key, percent, 3);
}

static struct json_object *curve_json(const struct sim_curve *curve)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < curve->n; i++)
		json_object_array_add(
			array, curve->percent[i] < 0
				       ? NULL
				       : json_number(curve->percent[i], 3));
	return array;
}

static struct json_object *cost_json(const struct sim_score *score)
{
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "moves", score->moves);
	json_add_u64(object, "bytes", score->moved_bytes);
	json_add_u64(object, "late_bytes", score->late_moved_bytes);
	json_add_u64(object, "ranges", score->moved_ranges);
	json_add_u64(object, "most_moves", score->most_moves);
	json_add_u64(object, "written_bytes", score->move_written_bytes);
	json_add_u64(object, "io_written_bytes", score->io_written_bytes);
	return object;
}

static struct json_object *score_json(const struct sim_report *report,
				      const struct sim_score *score)
{
	struct json_object *object = json_object_new_object();
	struct sim_curve curve;

	json_add_text(object, "policy", score->name);
	json_add_u64(object, "fast_bytes", score->fast_bytes);
	json_add_u64(object, "fast_ios", score->fast_ios);
	add_percent(object, "fast_pct", sim_percent(score));
	add_percent(object, "late_fast_pct", sim_late_percent(score));
	json_add_number(object, "latency_s", score->latency_s, 6);
	json_object_object_add(object, "cost",
			       score->moves_free ? NULL : cost_json(score));
	sim_curve_make(report, score, &curve);
	json_object_object_add(object, "curve_pct", curve_json(&curve));
	return object;
}

static enum exit_code print_json(const struct sim_report *report,
				 const char *path)
{
	struct json_object *document = document_new(SIMULATE_SCHEMA);
	struct json_object *policies = json_object_new_array();
	char begin[FMT_LEN];
	struct sim_curve curve;

	sim_curve_make(report, &report->scores[0], &curve);
	json_add_text(document, "file", path);
	json_add_string(document, "began",
			fmt_rfc3339(begin, report->begin_ns));
	json_add_number(document, "seconds",
			(report->end_ns - report->begin_ns) / 1e9, 3);
	json_add_u64(document, "intervals", report->intervals);
	json_add_u64(document, "ranges", report->ranges);
	json_add_u64(document, "data_bytes", report->data_bytes);
	json_add_u64(document, "ios", report->ios);
	json_add_u64(document, "curve_part_s", curve.part_s);
	json_add_u64(document, "perfect_s", SIM_PERFECT_S);
	for (size_t i = 0; i < report->n; i++)
		json_object_array_add(policies,
				      score_json(report, &report->scores[i]));
	json_object_object_add(document, "policies", policies);
	return document_print(document);
}

/* --- the command ---------------------------------------------------------- */

static enum exit_code draw(const struct ctl *ctl,
			   const struct sim_report *report)
{
	FILE *out = fopen(ctl->output, "we");
	int err = out ? 0 : -errno;

	if (out) {
		sim_plot(out, report, ctl->args[0]);
		err = output_flush(out);
		if (fclose(out) && !err)
			err = -errno;
	}
	return err ? log_fail(EXIT_FAILED, "name another file with --output",
			      "%s: cannot write it: %s", ctl->output,
			      strerror(-err))
		   : EXIT_OK;
}

enum exit_code ctl_simulate(const struct ctl *ctl)
{
	struct sim_report report = {0};
	struct players players = {0};
	enum exit_code code = ctl_output_check(ctl, ctl->args[0]);

	if (code == EXIT_OK)
		code = read_configs(ctl, &players);
	if (code == EXIT_OK)
		code = play(ctl->args[0], &players, &report);
	if (code == EXIT_OK && ctl->output)
		code = draw(ctl, &report);
	if (code == EXIT_OK)
		code = ctl->json ? print_json(&report, ctl->args[0])
				 : print_table(ctl, &report);
	sim_report_free(&report);
	players_free(&players);
	return code;
}
