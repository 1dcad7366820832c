// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frspctl explain PATH: why ranges of a file move or stay, and what would
 * change that. The policy decides on the whole filesystem first, as a plan
 * does; a range that is not in the plan is then asked for what the next step
 * would do with it. Example, with one hot range of four:
 *
 *   OFFSET BYTES TIER TO   READS/H WRITES/H   GAIN COST RULE
 *        0  1.0M slow -        0.2      0.0    5.5  5.0 chance
 *     1.0M  1.0M slow fast    92.4      0.0 2218.1  5.0 swap
 *     2.0M  2.0M fast -        0.0      0.0    0.0  8.0 in_place
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "base/table.h"
#include "ctl/decisions.h"
#include "ctl/explain_change.h"
#include "ctl/explain_job.h"
#include "ctl/explain_row.h"
#include "ctl/plan_make.h"
#include "ctl/policy_file.h"
#include "fs/tier_config.h"
#include "move/policy_judge.h"
#include "paths/path.h"
#include "ui/document.h"

#define EXPLAIN_SCHEMA "frsp.explain/1"
#define MIB	       1048576.0

struct explain {
	const struct ctl *ctl;
	struct made_plan plan;
	const struct plan_file *file;
};

/* Ranges that follow each other, of the same tier and rule. */
struct row {
	struct explain_row sum;
	struct policy_figures hottest; /* of the one with most gain */
	__u32 n;
	__u64 start, bytes;
};

static void add_to_row(struct row *row, const struct policy_decision *decision,
		       const struct plan_file_range *range, double cost)
{
	const struct policy_figures *figures = &decision->figures;

	if (!row->n) {
		row->sum = (struct explain_row){.from = decision->from,
						.to = decision->to,
						.rule = decision->rule};
		row->start = (__u64)range->range * POLICY_RANGE_BYTES;
	}
	if (!row->n || figures->gain > row->hottest.gain)
		row->hottest = *figures;
	row->n++;
	row->bytes += range->bytes;
	explain_row_add(&row->sum, figures, cost);
}

/* The next row. False: there are no more. *at: where the next one begins. */
static bool next_row(struct explain *explain, __u32 *at, struct row *row)
{
	const struct plan_file *file = explain->file;
	const struct plan_files *files = &explain->plan.files;

	*row = (struct row){0};
	for (; *at < file->n; ++*at) {
		__u32 number = file->first + *at;
		const struct plan_file_range *range = &files->ranges[number];
		struct policy_decision decision =
			made_plan_decision(&explain->plan, number);
		enum tier_class other =
			decision.from == TIER_FAST ? TIER_SLOW : TIER_FAST;

		if (row->n && (decision.rule != row->sum.rule ||
			       decision.from != row->sum.from ||
			       range->range != range[-1].range + 1))
			break;
		add_to_row(row, &decision, range,
			   policy_cost(&explain->plan.config.settings,
				       range->bytes / MIB, other));
	}
	return row->n;
}

/* --- why ------------------------------------------------------------------ */

static void make_change(const struct explain *explain, const struct row *row,
			char text[EXPLAIN_CHANGE_LEN])
{
	const struct explain_facts facts = {
		.settings = &explain->plan.config.settings,
		.figures = &row->hottest,
		.cost = row->sum.cost / row->n,
		.data_bytes = explain->plan.room.data_bytes,
		.refusal = explain->file->refusal,
	};

	explain_change(row->sum.rule, &facts, text);
}

/* Who has pinned it, for people: "" if nobody has. */
static void make_pinner(const struct explain *explain,
			char text[PATH_LABEL_LEN])
{
	const struct policy_pinned *pinned = &explain->file->pinned;
	const struct policy_pins *pins = &explain->plan.config.pins;
	const char *path = explain->file->path, *end = path;

	*text = '\0';
	if (pinned->by == POLICY_PINNED_BY_RULE)
		snprintf(text, PATH_LABEL_LEN, "line %u of %s",
			 pins->rules[pinned->index].line,
			 explain->ctl->n_policies ? explain->ctl->policies[0]
						  : POLICY_CONFIG_FILE);
	if (pinned->by != POLICY_PINNED_BY_XATTR)
		return;
	for (size_t i = 0; i < pinned->index; i++)
		end = strchr(end + 1, '/') ?: path + strlen(path);
	snprintf(text, PATH_LABEL_LEN, POLICY_PIN_XATTR " of %.*s",
		 end == path ? 1 : (int)(end - path), path);
}

/* --- the table ------------------------------------------------------------ */

#define N_COLUMNS 9

static int add_row(struct table *table, const struct explain *explain,
		   const struct row *row)
{
	bool exact = explain->ctl->exact;
	char offset[FMT_LEN], bytes[FMT_LEN],
		figures[EXPLAIN_ROW_FIGURES][FMT_LEN];
	bool moves = row->sum.from != row->sum.to;
	const char *cells[N_COLUMNS] = {
		fmt_bytes(offset, row->start, exact),
		fmt_bytes(bytes, row->bytes, exact),
		tier_class_word(row->sum.from),
		moves ? tier_class_word(row->sum.to) : "-",
		figures[0],
		figures[1],
		figures[2],
		figures[3],
		policy_rule_word(row->sum.rule),
	};

	explain_row_figures(&row->sum, figures);
	return table_add(table, cells);
}

static int print_rows(struct explain *explain)
{
	static const struct table_column columns[N_COLUMNS] = {
		{.title = "OFFSET"},
		{.title = "BYTES"},
		{.title = "TIER", .is_text = true},
		{.title = "TO", .is_text = true},
		{.title = "READS/H"},
		{.title = "WRITES/H"},
		{.title = "GAIN"},
		{.title = "COST"},
		{.title = "RULE", .is_text = true},
	};
	struct table *table = table_new(columns, N_COLUMNS);
	int err = table ? 0 : -ENOMEM;
	struct row row;

	for (__u32 at = 0; !err && next_row(explain, &at, &row);)
		err = add_row(table, explain, &row);
	err = err ?: table_lay_out(table);
	if (!err)
		table_print(stdout, table);
	table_free(table);
	return err;
}

/* A line for each rule that decided, of the first row that it decided. */
static void print_rules(struct explain *explain)
{
	bool is_said[POLICY_NR_RULES] = {false};
	char change[EXPLAIN_CHANGE_LEN];
	struct row row;

	for (__u32 at = 0; next_row(explain, &at, &row);) {
		enum policy_rule rule = row.sum.rule;

		if (is_said[rule])
			continue;
		is_said[rule] = true;
		make_change(explain, &row, change);
		printf("%s: %s. What would change it: %s.\n",
		       policy_rule_word(rule), policy_rule_text(rule), change);
	}
}

static enum exit_code print_table(struct explain *explain)
{
	const struct plan_file *file = explain->file;
	char path[PATH_LABEL_LEN], pinner[PATH_LABEL_LEN];

	path_escape(file->path, path, sizeof(path));
	make_pinner(explain, pinner);
	printf("%s: pin %s%s%s\n", path, policy_pin_word(file->pinned.pin),
	       *pinner ? ", by " : "", pinner);
	if (print_rows(explain))
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	print_rules(explain);
	return EXIT_OK;
}

/* --- JSON ----------------------------------------------------------------- */

static struct json_object *row_json(const struct explain *explain,
				    const struct row *row)
{
	struct json_object *object = json_object_new_object();
	char change[EXPLAIN_CHANGE_LEN];

	make_change(explain, row, change);
	json_add_u64(object, "offset", row->start);
	json_add_u64(object, "length", (__u64)row->n * POLICY_RANGE_BYTES);
	json_add_u64(object, "bytes", row->bytes);
	explain_row_json(&row->sum, change, object);
	return object;
}

static enum exit_code print_json(struct explain *explain)
{
	struct json_object *document = document_new(EXPLAIN_SCHEMA);
	struct json_object *ranges = json_object_new_array();
	const struct plan_file *file = explain->file;
	char pinner[PATH_LABEL_LEN];
	struct row row;

	make_pinner(explain, pinner);
	json_add_text(document, "path", file->path);
	json_add_text(document, "recording", explain->ctl->inputs[0]);
	json_add_string(document, "pin", policy_pin_word(file->pinned.pin));
	json_add_text(document, "pinned_by", *pinner ? pinner : NULL);
	json_add_string(document, "refusal", move_refusal_word(file->refusal));
	for (__u32 at = 0; next_row(explain, &at, &row);)
		json_object_array_add(ranges, row_json(explain, &row));
	json_object_object_add(document, "ranges", ranges);
	return document_print(document);
}

/* --- the command ---------------------------------------------------------- */

static enum exit_code find_file(struct explain *explain, __u64 ino)
{
	const struct plan_files *files = &explain->plan.files;

	for (__u32 i = 0; i < files->n; i++)
		if (files->files[i].ino == ino)
			explain->file = &files->files[i];
	if (explain->file)
		return EXIT_OK;
	return log_fail(
		EXIT_FAILED,
		"\"frspctl tiers\" shows what the tiers are; write it, and run \"sync\"",
		"%s: nothing of it is on a tier", explain->ctl->args[0]);
}

static enum exit_code explain_path(const struct ctl *ctl)
{
	struct explain explain = {.ctl = ctl};
	const char *path = ctl->args[0];
	enum exit_code code;
	struct stat stat_;

	if (ctl->n_args > 1)
		return log_fail(
			EXIT_USAGE,
			"a job can be followed by a file and an offset; a file that has a number as its name is ./NUMBER",
			"explain: \"%s\" is not the number of a job", path);
	if (stat(path, &stat_))
		return log_fail(EXIT_FAILED, "name a file on a mounted ext4",
				"%s: %s", path, strerror(errno));
	if (!S_ISREG(stat_.st_mode))
		return log_fail(EXIT_FAILED,
				"\"frspctl plan\" takes directories",
				"%s: not a regular file", path);
	code = plan_make(ctl, path, stat_.st_ino, &explain.plan);
	if (code == EXIT_OK)
		code = find_file(&explain, stat_.st_ino);
	if (code == EXIT_OK)
		code = ctl->json ? print_json(&explain) : print_table(&explain);
	made_plan_free(&explain.plan);
	return code;
}

enum exit_code ctl_explain(const struct ctl *ctl)
{
	const char *what = ctl->args[0];
	__s64 decision;

	if (geteuid())
		return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
				"explain needs root");
	if (ctl->n_args == 1 && ctl_is_decision(what, &decision))
		return ctl_decisions_explain(ctl, decision);
	return strspn(what, "0123456789") == strlen(what) ? explain_job(ctl)
							  : explain_path(ctl);
}
