// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/decision.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "move/journal_db.h"

static const char *const words[DECISION_N_STATES] = {
	[DECISION_MADE] = "made",
	[DECISION_FAILED] = "failed",
	[DECISION_ROLLED_BACK] = "rolled_back",
};

const char *decision_state_word(enum decision_state state)
{
	return words[state];
}

enum decision_undo decision_undo(const struct decision *decision)
{
	if (!strcmp(decision->tuner, DECISION_OF_ESCACHE))
		return DECISION_UNDO_NOTHING;
	if (!strcmp(decision->tuner, DECISION_OF_RELOCATION))
		return DECISION_UNDO_JOB;
	return DECISION_UNDO_SETTING;
}

static int enter(sqlite3 *db, struct decision *decision)
{
	int err = sql_run(
		db,
		"INSERT INTO decisions (made_ns, boot_id, tuner, uuid, device,"
		" tunable, before, after, scenario, figures, state)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"itttttttttt", decision->made_ns, decision->boot_id,
		decision->tuner, decision->uuid, decision->device,
		decision->tunable, decision->before, decision->after,
		decision->scenario, decision->figures, words[decision->state]);

	decision->id = sqlite3_last_insert_rowid(db);
	return err
		       ?: sql_run(db,
				  "DELETE FROM decisions WHERE tuner = ?"
				  " AND id NOT IN (SELECT id FROM decisions"
				  " WHERE tuner = ? ORDER BY id DESC LIMIT ?)",
				  "tti", decision->tuner, decision->tuner,
				  (__s64)DECISIONS_MAX);
}

/* In WAL mode, FULL syncs at each commit. */
int journal_decide(struct journal *journal, struct decision *decision)
{
	struct process self;
	int err = process_self(&self);

	if (!err)
		err = sql_run(journal->db, "PRAGMA synchronous = FULL", "");
	if (!err)
		err = sql_begin(journal->db);
	if (err)
		return err;
	decision->made_ns = clock_ns(CLOCK_REALTIME);
	memcpy(decision->boot_id, self.boot_id, sizeof(decision->boot_id));
	return sql_end(journal->db, enter(journal->db, decision));
}

int journal_set_decision_state(struct journal *journal, __s64 id,
			       enum decision_state state)
{
	return sql_run(journal->db,
		       "UPDATE decisions SET state = ? WHERE id = ?", "ti",
		       words[state], id);
}

int journal_set_decision_job(struct journal *journal, __s64 id, pid_t pid)
{
	__s64 job;
	int err = sql_number(journal->db, &job,
			     "SELECT jobs.id FROM jobs JOIN decisions"
			     " ON jobs.boot_id = decisions.boot_id"
			     " AND began_ns >= made_ns"
			     " WHERE decisions.id = ? AND pid = ?"
			     " ORDER BY jobs.id DESC LIMIT 1",
			     "ii", id, (__s64)pid);

	return err
		       ?: sql_run(journal->db,
				  "UPDATE decisions SET job = ? WHERE id = ?",
				  "ii", job, id);
}

#define COLUMNS                                                                \
	"SELECT id, made_ns, boot_id, tuner, uuid, device, tunable, before,"   \
	" after, scenario, figures, job, state FROM decisions"

static void take_text(sqlite3_stmt *row, int column, char *text, size_t size)
{
	const unsigned char *from = sqlite3_column_text(row, column);

	snprintf(text, size, "%s", from ? (const char *)from : "");
}

#define TAKE_TEXT(column, member)                                              \
	take_text(row, column, decision->member, sizeof(decision->member))

static void fill(sqlite3_stmt *row, struct decision *decision)
{
	const char *state;

	*decision = (struct decision){
		.id = sqlite3_column_int64(row, 0),
		.made_ns = sqlite3_column_int64(row, 1),
		.job = sqlite3_column_int64(row, 11),
	};
	TAKE_TEXT(2, boot_id);
	TAKE_TEXT(3, tuner);
	TAKE_TEXT(4, uuid);
	TAKE_TEXT(5, device);
	TAKE_TEXT(6, tunable);
	TAKE_TEXT(7, before);
	TAKE_TEXT(8, after);
	TAKE_TEXT(9, scenario);
	TAKE_TEXT(10, figures);
	state = (const char *)sqlite3_column_text(row, 12);
	for (int i = 0; state && i < DECISION_N_STATES; i++)
		if (!strcmp(words[i], state))
			decision->state = i;
}

static int add(sqlite3_stmt *row, struct decisions *decisions)
{
	size_t n = decisions->n;

	if (!(n & (n - 1))) {
		void *more = reallocarray(decisions->list, n ? 2 * n : 1,
					  sizeof(*decisions->list));

		if (!more)
			return -ENOMEM;
		decisions->list = more;
	}
	fill(row, &decisions->list[decisions->n++]);
	return 0;
}

int journal_find_decision(struct journal *journal, struct decision *decision)
{
	sqlite3 *db = journal->db;
	struct process self;
	sqlite3_stmt *row;
	int err = process_self(&self);

	if (err)
		return err;
	row = sql_prepare(db,
			  COLUMNS " WHERE boot_id = ? AND tuner = ?"
				  " AND uuid = ? AND tunable = ? AND state != ?"
				  " ORDER BY id DESC LIMIT 1",
			  "ttttt", self.boot_id, decision->tuner,
			  decision->uuid, decision->tunable,
			  words[DECISION_FAILED]);
	err = sql_next(db, row);
	if (err == 1)
		fill(row, decision);
	sqlite3_finalize(row);
	return err == 1 ? 0 : err ?: -ENOENT;
}

int journal_read_decisions(struct journal *journal, __s64 id,
			   struct decisions *decisions)
{
	sqlite3 *db = journal->db;
	sqlite3_stmt *row =
		id == JOURNAL_ALL_DECISIONS
			? sql_prepare(db, COLUMNS " ORDER BY id", "")
			: sql_prepare(db, COLUMNS " WHERE id = ?", "i", id);
	int err = 0;

	*decisions = (struct decisions){0};
	while (!err && (err = sql_next(db, row)) == 1)
		err = add(row, decisions);
	sqlite3_finalize(row);
	if (!err && id != JOURNAL_ALL_DECISIONS && !decisions->n)
		err = -ENOENT;
	if (err) {
		free(decisions->list);
		*decisions = (struct decisions){0};
	}
	return err;
}
