// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the decisions in the journal. */
#include "move/decision.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "move/journal_db.h"
#include "scratch.h"

static struct journal *open_journal(void)
{
	struct journal *journal;

	assert_int_equal(
		journal_open(scratch_path("journal.db"), true, &journal), 0);
	return journal;
}

static struct decision sample(const char *tunable, const char *before,
			      const char *after)
{
	struct decision decision = {
		.tuner = DECISION_OF_RELOCATION,
		.uuid = "01234567-89ab-cdef-0123-456789abcdef",
		.device = "vg-root",
		.scenario = "it saves I/Os",
		.figures = "12 I/Os",
	};

	strcpy(decision.tunable, tunable);
	strcpy(decision.before, before);
	strcpy(decision.after, after);
	return decision;
}

static int find(struct journal *journal, const char *tunable,
		struct decision *decision)
{
	*decision = sample(tunable, "", "");
	return journal_find_decision(journal, decision);
}

static void test_find(void **state)
{
	struct journal *journal = open_journal();
	struct decision x1 = sample("x", "1", "2"), x2 = sample("x", "2", "3");
	struct decision y = sample("y", "1", "5"), got;
	struct decision of_other = sample("x", "1", "9");

	(void)state;
	strcpy(of_other.uuid, "11234567-89ab-cdef-0123-456789abcdef");
	assert_int_equal(find(journal, "x", &got), -ENOENT);
	assert_int_equal(journal_decide(journal, &x1), 0);
	assert_int_equal(journal_decide(journal, &x2), 0);
	assert_int_equal(journal_decide(journal, &y), 0);
	assert_int_equal(journal_decide(journal, &of_other), 0);
	strcpy(of_other.uuid, x1.uuid);
	strcpy(of_other.tuner, DECISION_OF_ESCACHE);
	assert_int_equal(journal_decide(journal, &of_other), 0);
	assert_int_equal(find(journal, "x", &got), 0);
	assert_memory_equal(&got, &x2, sizeof(x2));
	assert_int_equal(find(journal, "z", &got), -ENOENT);
	/* one that has failed is none, one that was taken back is */
	assert_int_equal(journal_set_decision_state(journal, x2.id,
						    DECISION_ROLLED_BACK),
			 0);
	assert_int_equal(find(journal, "x", &got), 0);
	assert_int_equal(got.state, DECISION_ROLLED_BACK);
	assert_int_equal(
		journal_set_decision_state(journal, x2.id, DECISION_FAILED), 0);
	assert_int_equal(find(journal, "x", &got), 0);
	assert_memory_equal(&got, &x1, sizeof(x1));
	/* another boot */
	assert_int_equal(sql_run(journal->db,
				 "UPDATE decisions SET boot_id = 'x'", ""),
			 0);
	assert_int_equal(find(journal, "x", &got), -ENOENT);
	journal_close(journal);
}

static void test_round_trip(void **state)
{
	struct journal *journal = open_journal();
	struct decision first = sample("x", "1", "2"), second = first;
	struct decisions got;

	(void)state;
	assert_int_equal(journal_decide(journal, &first), 0);
	assert_int_equal(journal_decide(journal, &second), 0);
	assert_int_equal(first.id, 1);
	assert_int_equal(second.id, 2);
	assert_true(first.made_ns);
	assert_int_equal(journal_read_decisions(journal, 2, &got), 0);
	assert_int_equal(got.n, 1);
	assert_memory_equal(&got.list[0], &second, sizeof(second));
	free(got.list);
	assert_int_equal(journal_set_decision_state(journal, 1,
						    DECISION_ROLLED_BACK),
			 0);
	assert_int_equal(journal_read_decisions(journal, JOURNAL_ALL_DECISIONS,
						&got),
			 0);
	assert_int_equal(got.n, 2);
	assert_int_equal(got.list[0].state, DECISION_ROLLED_BACK);
	assert_int_equal(got.list[1].state, DECISION_MADE);
	free(got.list);
	assert_int_equal(journal_read_decisions(journal, 3, &got), -ENOENT);
	journal_close(journal);
}

/* The latest job of the process, if it began after the decision. */
static void test_job(void **state)
{
	struct journal *journal = open_journal();
	struct decision decision = sample("x", "1", "2");
	struct decisions got;
	__s64 old, job;

	(void)state;
	assert_int_equal(journal_begin(journal, "old", &old), 0);
	assert_int_equal(journal_decide(journal, &decision), 0);
	assert_int_equal(journal_set_decision_job(journal, 1, getpid()),
			 -ENOENT);
	assert_int_equal(journal_begin(journal, "new", &job), 0);
	assert_int_equal(journal_set_decision_job(journal, 1, getpid() + 1),
			 -ENOENT);
	assert_int_equal(journal_set_decision_job(journal, 1, getpid()), 0);
	assert_int_equal(journal_read_decisions(journal, 1, &got), 0);
	assert_int_equal(got.list[0].job, job);
	free(got.list);
	journal_close(journal);
}

/* The oldest of a tuner are dropped, and those of others stay. */
static void test_bounded(void **state)
{
	struct journal *journal = open_journal();
	struct decision kept = sample("x", "1", "2"), many = kept;
	struct decisions got;

	(void)state;
	assert_int_equal(journal_decide(journal, &kept), 0);
	strcpy(many.tuner, DECISION_OF_ESCACHE);
	for (int i = 0; i < DECISIONS_MAX + 5; i++)
		assert_int_equal(journal_decide(journal, &many), 0);
	assert_int_equal(journal_read_decisions(journal, JOURNAL_ALL_DECISIONS,
						&got),
			 0);
	assert_int_equal(got.n, DECISIONS_MAX + 1);
	assert_int_equal(got.list[0].id, 1);
	assert_int_equal(got.list[1].id, 7);
	free(got.list);
	journal_close(journal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scratch_test(test_round_trip),
		scratch_test(test_find),
		scratch_test(test_job),
		scratch_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
