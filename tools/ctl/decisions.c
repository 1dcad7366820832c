// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows what frspd has decided. Example of an explanation:
 *
 *   d17 of 2026-12-01 08:11:12: tuner relocation, filesystem vda1
 *   fast_tier_bytes: 0 -> 1048576
 *   because: it saves more I/Os than the move costs
 *   by: 1.0M to the fast tier, 0 to the slow one, 1 ranges
 *   made; "frspctl rollback d17" takes it back
 */
#include "ctl/decisions.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/json_out.h"
#include "base/table.h"
#include "ctl/journal.h"
#include "ui/document.h"

#define DECISIONS_SCHEMA "frsp.decisions/1"
#define N_COLUMNS	 8

bool ctl_is_decision(const char *text, __s64 *id)
{
	__u64 number;

	if (*text != 'd' || fmt_parse_u64(text + 1, LLONG_MAX, &number) ||
	    !number)
		return false;
	*id = number;
	return true;
}

enum exit_code ctl_decisions_read(const struct ctl *ctl, __s64 id,
				  struct decisions *decisions)
{
	struct journal *journal;
	enum exit_code code = ctl_journal_open(ctl, &journal);
	int err;

	*decisions = (struct decisions){0};
	if (code != EXIT_OK)
		return code;
	if (journal)
		err = journal_read_decisions(journal, id, decisions);
	else
		err = id == JOURNAL_ALL_DECISIONS ? 0 : -ENOENT;
	journal_close(journal);
	if (err == -ENOENT)
		return log_fail(EXIT_FAILED, "\"frspctl rollback\" lists them",
				"no decision d%lld in %s", id, ctl->journal);
	return err ? ctl_journal_failed(ctl, err) : EXIT_OK;
}

/* --- the list ------------------------------------------------------------- */

static int add_row(struct table *table, const struct decision *decision)
{
	char id[24], made[FMT_LEN], change[64];
	const char *cells[N_COLUMNS] = {
		id,
		made,
		decision_state_word(decision->state),
		decision->tuner,
		decision->device,
		decision->tunable,
		change,
		decision->scenario,
	};

	snprintf(id, sizeof(id), "d%lld", decision->id);
	snprintf(change, sizeof(change), "%s -> %s", decision->before,
		 decision->after);
	fmt_local_time(made, decision->made_ns);
	return table_add(table, cells);
}

static int print_rows(const struct decisions *decisions)
{
	static const struct table_column columns[N_COLUMNS] = {
		{.title = "DECISION", .is_text = true},
		{.title = "MADE", .is_text = true},
		{.title = "STATE", .is_text = true},
		{.title = "TUNER", .is_text = true},
		{.title = "DEVICE", .is_text = true},
		{.title = "TUNABLE", .is_text = true},
		{.title = "CHANGE", .is_text = true},
		{.title = "BECAUSE", .is_text = true},
	};
	struct table *table = table_new(columns, N_COLUMNS);
	int err = table ? 0 : -ENOMEM;

	for (size_t i = 0; i < decisions->n && !err; i++)
		err = add_row(table, &decisions->list[i]);
	err = err ?: table_lay_out(table);
	if (!err)
		table_print(stdout, table);
	table_free(table);
	return err;
}

static struct json_object *object_of(const struct decision *decision)
{
	struct json_object *object = json_object_new_object();
	char id[24], made[FMT_LEN];

	snprintf(id, sizeof(id), "d%lld", decision->id);
	json_add_string(object, "decision", id);
	json_add_string(object, "made", fmt_rfc3339(made, decision->made_ns));
	json_add_string(object, "made_in_boot", decision->boot_id);
	json_add_string(object, "state", decision_state_word(decision->state));
	json_add_text(object, "tuner", decision->tuner);
	json_add_text(object, "device_name", decision->device);
	json_add_text(object, "uuid", decision->uuid);
	json_add_text(object, "tunable", decision->tunable);
	json_add_text(object, "before", decision->before);
	json_add_text(object, "after", decision->after);
	json_add_text(object, "scenario", decision->scenario);
	json_add_text(object, "figures", decision->figures);
	if (decision->job)
		json_add_u64(object, "job", decision->job);
	else
		json_object_object_add(object, "job", NULL);
	return object;
}

static enum exit_code print_json(const struct decisions *decisions)
{
	struct json_object *document = document_new(DECISIONS_SCHEMA);
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < decisions->n; i++)
		json_object_array_add(list, object_of(&decisions->list[i]));
	json_object_object_add(document, "decisions", list);
	return document_print(document);
}

enum exit_code ctl_decisions_list(const struct ctl *ctl)
{
	struct decisions decisions;
	enum exit_code code =
		ctl_decisions_read(ctl, JOURNAL_ALL_DECISIONS, &decisions);

	if (code != EXIT_OK)
		return code;
	if (ctl->json)
		code = print_json(&decisions);
	else if (!decisions.n)
		puts("frspd has changed nothing");
	else if (print_rows(&decisions))
		code = log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
	free(decisions.list);
	return code;
}

/* --- one ------------------------------------------------------------------ */

static void print_end(const struct decision *decision)
{
	printf("%s", decision_state_word(decision->state));
	if (decision->job)
		printf("; \"frspctl explain %lld\" has the figures of each range that it moved",
		       decision->job);
	if (decision->state == DECISION_MADE &&
	    decision_undo(decision) != DECISION_UNDO_NOTHING)
		printf("; \"frspctl rollback d%lld\" takes it back",
		       decision->id);
	putchar('\n');
}

static void print_text(const struct decision *decision)
{
	char made[FMT_LEN];

	printf("d%lld of %s: tuner %s, filesystem %s\n", decision->id,
	       fmt_local_time(made, decision->made_ns), decision->tuner,
	       decision->device);
	printf("%s: %s -> %s\n", decision->tunable, decision->before,
	       decision->after);
	printf("because: %s\n", decision->scenario);
	printf("by: %s\n", decision->figures);
	print_end(decision);
}

enum exit_code ctl_decisions_explain(const struct ctl *ctl, __s64 id)
{
	struct decisions decisions;
	enum exit_code code = ctl_decisions_read(ctl, id, &decisions);

	if (code != EXIT_OK)
		return code;
	if (ctl->json)
		code = print_json(&decisions);
	else
		print_text(&decisions.list[0]);
	free(decisions.list);
	return code;
}
