// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frspctl rollback: takes back what frspd has decided. What it has moved is
 * moved back, as by "frspctl undo"; a setting gets the value that it had.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/decisions.h"
#include "ctl/journal.h"
#include "ctl/rollback_setting.h"

struct rollback {
	const struct ctl *ctl;
	struct decisions decisions;
	bool is_all; /* pass over what cannot be taken back */
};

/* Notes in the journal that it is taken back. */
static enum exit_code note(const struct rollback *rollback,
			   const struct decision *decision)
{
	struct journal *journal;
	enum exit_code code = ctl_journal_make(rollback->ctl, &journal);
	int err;

	if (code != EXIT_OK)
		return code;
	err = journal_set_decision_state(journal, decision->id,
					 DECISION_ROLLED_BACK);
	journal_close(journal);
	return err ? ctl_journal_failed(rollback->ctl, err) : EXIT_OK;
}

/* --- a move --------------------------------------------------------------- */

static enum exit_code undo(struct rollback *rollback,
			   const struct decision *decision)
{
	char job[24], *args[] = {job};
	struct ctl ctl = *rollback->ctl;
	enum exit_code code;

	if (!decision->job)
		return log_fail(
			EXIT_FAILED,
			"\"frspctl jobs\" lists the jobs; \"frspctl undo JOB\" moves back what one has moved",
			"d%lld: which job has moved its data is not known",
			decision->id);
	snprintf(job, sizeof(job), "%lld", decision->job);
	ctl.args = args;
	ctl.n_args = 1;
	code = ctl_undo(&ctl);
	if (code != EXIT_OK || ctl.dry_run)
		return code;
	return note(rollback, decision);
}

/* --- a setting ------------------------------------------------------------ */

static enum exit_code set_back(struct rollback *rollback,
			       const struct decision *decision)
{
	bool dry_run = rollback->ctl->dry_run;
	enum exit_code code;
	__u64 now;

	if (rollback->is_all &&
	    rollback_setting_look(decision, &now) != ROLLBACK_SETTING_OURS)
		return EXIT_OK;
	code = rollback_setting(decision, dry_run);
	return code == EXIT_OK && !dry_run ? note(rollback, decision) : code;
}

/* --- which ---------------------------------------------------------------- */

/* Why it cannot be taken back; NULL: it can. */
static const char *reason(const struct decision *decision)
{
	if (decision_undo(decision) == DECISION_UNDO_NOTHING)
		return "nothing has to be taken back: ext4 reads an extent tree again when it needs it";
	if (decision->state == DECISION_FAILED)
		return "the change could not be made";
	if (decision->state == DECISION_ROLLED_BACK)
		return "it was taken back already";
	return NULL;
}

static enum exit_code take_back(struct rollback *rollback,
				const struct decision *decision)
{
	const char *why = reason(decision);

	if (why && rollback->is_all)
		return EXIT_OK;
	if (why)
		return log_fail(EXIT_FAILED,
				"\"frspctl rollback\" lists the decisions",
				"d%lld: %s", decision->id, why);
	return decision_undo(decision) == DECISION_UNDO_SETTING
		       ? set_back(rollback, decision)
		       : undo(rollback, decision);
}

/* The latest first: what was moved twice goes back the way that it came. */
static enum exit_code take_all_back(struct rollback *rollback)
{
	enum exit_code code = EXIT_OK, last;

	rollback->is_all = true;
	for (size_t i = rollback->decisions.n; i--;) {
		last = take_back(rollback, &rollback->decisions.list[i]);
		if (last != EXIT_OK)
			code = last;
	}
	return code;
}

static enum exit_code take_one_back(struct rollback *rollback, __s64 id)
{
	for (size_t i = 0; i < rollback->decisions.n; i++)
		if (rollback->decisions.list[i].id == id)
			return take_back(rollback,
					 &rollback->decisions.list[i]);
	return log_fail(EXIT_FAILED, "\"frspctl rollback\" lists them",
			"no decision d%lld in %s", id, rollback->ctl->journal);
}

enum exit_code ctl_rollback(const struct ctl *ctl)
{
	struct rollback rollback = {.ctl = ctl};
	enum exit_code code;
	__s64 id = 0;

	if (geteuid())
		return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
				"rollback needs root");
	if (ctl->n_args && (ctl->all || !ctl_is_decision(ctl->args[0], &id)))
		return log_fail(
			EXIT_USAGE, "\"frspctl rollback\" lists the decisions",
			"rollback: %s",
			ctl->all
				? "either --all or a decision"
				: "a decision is a d and a number, such as d17");
	if (!ctl->n_args && !ctl->all)
		return ctl_decisions_list(ctl);
	if (ctl->json)
		return log_fail(EXIT_USAGE, "run it without --json",
				"rollback: only the list is JSON");
	code = ctl_decisions_read(ctl, JOURNAL_ALL_DECISIONS,
				  &rollback.decisions);
	if (code != EXIT_OK)
		return code;
	code = ctl->all ? take_all_back(&rollback)
			: take_one_back(&rollback, id);
	free(rollback.decisions.list);
	return code;
}
