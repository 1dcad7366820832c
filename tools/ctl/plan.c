// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frspctl plan: what the policy would move. A row of the table is one or more
 * ranges of 1 MiB that follow each other in a file, and move for the same
 * reason. Example: ranges 3, 4 and 5 are hot, and there is room for two of
 * them, until another one leaves. Ranges 3 and 4 are a row (gain), 5 is one
 * (swap).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "base/table.h"
#include "ctl/plan_make.h"
#include "ctl/plan_write.h"
#include "fs/tier_config.h"
#include "paths/path.h"
#include "ui/document.h"

#define PLAN_SCHEMA "frsp.plan/1"

/* A row: decisions from .first on. saves: I/Os in the horizon, of the slow
 * tier; those of a range that leaves fast are lost.
 */
struct row {
	const struct policy_decision *first;
	__u32 n;
	__u64 start, end; /* in the file */
	__u64 bytes;	  /* that move */
	double reads_per_hour, writes_per_hour, saves, cost;
};

struct sum {
	__u64 bytes[TIER_UNKNOWN]; /* by the tier that they move to */
	double saves, cost;
	double seconds; /* < 0: there is no rate */
};

static void add_to_row(const struct made_plan *plan, struct row *row,
		       const struct policy_decision *decision)
{
	const struct policy_figures *figures = &decision->figures;
	const struct plan_file_range *range = made_plan_range(plan, decision);

	if (!row->n)
		row->start = (__u64)range->range * POLICY_RANGE_BYTES;
	row->end = (range->range + 1ULL) * POLICY_RANGE_BYTES;
	row->bytes += range->bytes;
	row->reads_per_hour += figures->reads_per_hour;
	row->writes_per_hour += figures->writes_per_hour;
	row->saves +=
		decision->to == TIER_FAST ? figures->gain : -figures->gain;
	row->cost += made_plan_cost(plan, decision);
	row->n++;
}

/* Whether the decision continues the row. */
static bool continues(const struct made_plan *plan, const struct row *row,
		      const struct policy_decision *next)
{
	const struct plan_file_range *begin = made_plan_range(plan, row->first);
	const struct plan_file_range *range = made_plan_range(plan, next);

	return next->rule == row->first->rule && next->to == row->first->to &&
	       range->file == begin->file &&
	       range->range == begin->range + row->n;
}

/* The next row. False: there are no more. *at: where the next one begins. */
static bool next_row(const struct made_plan *plan, __u32 *at, struct row *row)
{
	if (*at >= plan->n_decisions)
		return false;
	*row = (struct row){.first = &plan->decisions[*at]};
	do
		add_to_row(plan, row, &plan->decisions[(*at)++]);
	while (*at < plan->n_decisions &&
	       continues(plan, row, &plan->decisions[*at]));
	return true;
}

static struct sum sum_of(const struct made_plan *plan)
{
	double rate = plan->config.settings.rate;
	struct sum sum = {0};
	struct row row;

	for (__u32 at = 0; next_row(plan, &at, &row);) {
		sum.bytes[row.first->to] += row.bytes;
		sum.saves += row.saves;
		sum.cost += row.cost;
	}
	sum.seconds =
		rate ? 2 * (sum.bytes[TIER_FAST] + sum.bytes[TIER_SLOW]) / rate
		     : -1;
	return sum;
}

static const char *path_of(const struct made_plan *plan, const struct row *row)
{
	return plan->files.files[made_plan_range(plan, row->first)->file].path;
}

/* --- the table ------------------------------------------------------------ */

#define N_COLUMNS 10

static int add_row(struct table *table, const struct ctl *ctl,
		   const struct made_plan *plan, const struct row *row)
{
	char offset[FMT_LEN], bytes[FMT_LEN], figures[4][FMT_LEN];
	char path[PATH_LABEL_LEN];
	const char *cells[N_COLUMNS] = {
		tier_class_word(row->first->from),
		tier_class_word(row->first->to),
		fmt_bytes(offset, row->start, ctl->exact),
		fmt_bytes(bytes, row->bytes, ctl->exact),
		figures[0],
		figures[1],
		figures[2],
		figures[3],
		policy_rule_word(row->first->rule),
		path,
	};

	snprintf(figures[0], FMT_LEN, "%.1f", row->reads_per_hour);
	snprintf(figures[1], FMT_LEN, "%.1f", row->writes_per_hour);
	snprintf(figures[2], FMT_LEN, "%.1f", row->saves);
	snprintf(figures[3], FMT_LEN, "%.1f", row->cost);
	path_escape(path_of(plan, row), path, sizeof(path));
	return table_add(table, cells);
}

static int print_rows(const struct ctl *ctl, const struct made_plan *plan)
{
	static const struct table_column columns[N_COLUMNS] = {
		{.title = "FROM", .is_text = true},
		{.title = "TO", .is_text = true},
		{.title = "OFFSET"},
		{.title = "BYTES"},
		{.title = "READS/H"},
		{.title = "WRITES/H"},
		{.title = "SAVES"},
		{.title = "COST"},
		{.title = "RULE", .is_text = true},
		{.title = "PATH", .is_text = true},
	};
	struct table *table = table_new(columns, N_COLUMNS);
	int err = table ? 0 : -ENOMEM;
	struct row row;

	for (__u32 at = 0; !err && next_row(plan, &at, &row);)
		err = add_row(table, ctl, plan, &row);
	err = err ?: table_lay_out(table);
	if (!err)
		table_print(stdout, table);
	table_free(table);
	return err;
}

/* Ends the line with what jobs have used of the budget before. */
static void print_used(const struct ctl *ctl, const struct made_plan *plan)
{
	__u64 all = policy_amount_of(plan->config.settings.budget,
				     plan->room.data_bytes);
	char used[FMT_LEN], budget[FMT_LEN];

	if (plan->moved_bytes)
		printf("; %s of the hour's budget of %s are used",
		       fmt_bytes(used, plan->moved_bytes, ctl->exact),
		       fmt_bytes(budget, all, ctl->exact));
	putchar('\n');
}

static enum exit_code print_table(const struct ctl *ctl,
				  const struct made_plan *plan)
{
	const struct sum sum = sum_of(plan);
	char fast[FMT_LEN], slow[FMT_LEN], directory[PATH_LABEL_LEN];

	path_escape(plan->directory, directory, sizeof(directory));
	if (!plan->n_decisions) {
		printf("%s: nothing is worth a move%s", directory,
		       plan->moved_bytes ? " now" : "");
		print_used(ctl, plan);
		return EXIT_OK;
	}
	if (print_rows(ctl, plan))
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	printf("%s: %s to fast, %s to slow; in %g h that saves %.0f I/Os of the slow tier, and costs %.0f",
	       directory, fmt_bytes(fast, sum.bytes[TIER_FAST], ctl->exact),
	       fmt_bytes(slow, sum.bytes[TIER_SLOW], ctl->exact),
	       plan->config.settings.horizon_s / 3600, sum.saves, sum.cost);
	if (sum.seconds >= 0)
		printf("; it takes %.1f s", sum.seconds);
	print_used(ctl, plan);
	return EXIT_OK;
}

/* --- JSON ----------------------------------------------------------------- */

static struct json_object *row_json(const struct made_plan *plan,
				    const struct row *row)
{
	struct json_object *object = json_object_new_object();

	json_add_text(object, "path", path_of(plan, row));
	json_add_u64(object, "offset", row->start);
	json_add_u64(object, "length", row->end - row->start);
	json_add_u64(object, "bytes", row->bytes);
	json_add_string(object, "from", tier_class_word(row->first->from));
	json_add_string(object, "to", tier_class_word(row->first->to));
	json_add_string(object, "rule", policy_rule_word(row->first->rule));
	json_add_number(object, "reads_per_hour", row->reads_per_hour, 3);
	json_add_number(object, "writes_per_hour", row->writes_per_hour, 3);
	json_add_number(object, "saves", row->saves, 3);
	json_add_number(object, "cost", row->cost, 3);
	return object;
}

static struct json_object *room_json(const struct made_plan *plan)
{
	const struct policy_settings *settings = &plan->config.settings;
	const struct policy_room *room = &plan->room;
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "fast_bytes", room->fast_bytes);
	json_add_u64(object, "fast_free_bytes", room->fast_free);
	json_add_u64(object, "slow_free_bytes", room->slow_free);
	json_add_u64(object, "data_bytes", room->data_bytes);
	json_add_u64(object, "reserve_bytes",
		     policy_amount_of(settings->reserve, room->fast_bytes));
	json_add_u64(object, "budget_bytes",
		     policy_amount_of(settings->budget, room->data_bytes));
	json_add_u64(object, "moved_bytes", plan->moved_bytes);
	return object;
}

static struct json_object *sum_json(const struct made_plan *plan)
{
	const struct sum sum = sum_of(plan);
	struct json_object *object = json_object_new_object();

	json_add_u64(object, "to_fast_bytes", sum.bytes[TIER_FAST]);
	json_add_u64(object, "to_slow_bytes", sum.bytes[TIER_SLOW]);
	json_add_number(object, "saves", sum.saves, 3);
	json_add_number(object, "cost", sum.cost, 3);
	if (sum.seconds < 0)
		json_object_object_add(object, "takes_s", NULL);
	else
		json_add_number(object, "takes_s", sum.seconds, 3);
	return object;
}

static enum exit_code print_json(const struct ctl *ctl,
				 const struct made_plan *plan)
{
	struct json_object *document = document_new(PLAN_SCHEMA);
	struct json_object *moves = json_object_new_array();
	char uuid[EXT4_UUID_TEXT_LEN];
	struct row row;

	ext4_super_uuid(&plan->found.super, uuid);
	json_add_text(document, "device_name", plan->found.shown);
	json_add_string(document, "uuid", uuid);
	json_add_text(document, "directory", plan->directory);
	json_add_text(document, "recording", ctl->inputs[0]);
	json_add_number(document, "horizon_s", plan->config.settings.horizon_s,
			3);
	json_object_object_add(document, "room", room_json(plan));
	json_add_u64(document, "ranges", plan->files.n_ranges);
	for (__u32 at = 0; next_row(plan, &at, &row);)
		json_object_array_add(moves, row_json(plan, &row));
	json_object_object_add(document, "moves", moves);
	json_object_object_add(document, "sum", sum_json(plan));
	return document_print(document);
}

/* --- the command ---------------------------------------------------------- */

static enum exit_code plan_one(const struct ctl *ctl, const char *spec)
{
	struct made_plan plan = {0};
	enum exit_code code = plan_make(ctl, spec, 0, &plan);

	if (code == EXIT_OK && ctl->output)
		code = plan_write(&plan, ctl->output);
	if (code == EXIT_OK)
		code = ctl->json ? print_json(ctl, &plan)
				 : print_table(ctl, &plan);
	made_plan_free(&plan);
	return code;
}

/* Where the next filesystem with tiers is mounted, after mount; NULL: there is
 * none, or *code says that it failed.
 */
static const struct mount_entry *next_tiered(const struct ctl *ctl,
					     const struct mount_table *mounts,
					     const struct mount_entry *mount,
					     enum exit_code *code)
{
	bool has_both = false;

	while ((mount = fs_tiers_next(mounts, mount))) {
		*code = fs_tiers_check(mount->dev, ctl->config, &has_both);
		if (*code != EXIT_OK)
			return NULL;
		if (has_both)
			return mount;
	}
	return NULL;
}

static enum exit_code plan_these(const struct ctl *ctl,
				 const struct mount_table *mounts)
{
	const struct mount_entry *mount = NULL, *shown;
	enum exit_code code = EXIT_OK, found = EXIT_OK, last;
	size_t n = 0;

	while ((mount = next_tiered(ctl, mounts, mount, &found))) {
		if (n++ && !ctl->json)
			putchar('\n');
		shown = mount_table_by_dev(mounts, mount->dev) ?: mount;
		last = plan_one(ctl, shown->target);
		if (last != EXIT_OK)
			code = last;
	}
	if (found != EXIT_OK)
		return found;
	if (n)
		return code;
	return log_fail(
		EXIT_FAILED,
		"\"frspctl tiers\" shows the tiers of all; /etc/frsp/tiers.conf can name others",
		"no mounted ext4 has a fast and a slow tier");
}

static enum exit_code plan_all(const struct ctl *ctl)
{
	const struct mount_entry *first, *second = NULL;
	enum exit_code code = EXIT_OK;
	struct mount_table *mounts;
	int err = mount_table_read(&mounts);

	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot read the mount table: %s",
				strerror(-err));
	first = next_tiered(ctl, mounts, NULL, &code);
	if (first && ctl->output)
		second = next_tiered(ctl, mounts, first, &code);
	if (second)
		code = log_fail(
			EXIT_USAGE, "name one of them",
			"--output writes one plan, but %s and %s have tiers",
			first->target, second->target);
	if (code == EXIT_OK)
		code = plan_these(ctl, mounts);
	mount_table_free(mounts);
	return code;
}

enum exit_code ctl_plan(const struct ctl *ctl)
{
	enum exit_code code = ctl_output_check_recordings(ctl);

	if (code != EXIT_OK)
		return code;
	if (geteuid())
		return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
				"plan needs root");
	return ctl->n_args ? plan_one(ctl, ctl->args[0]) : plan_all(ctl);
}
