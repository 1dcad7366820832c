// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what is done so that frsp.ko knows the groups of a filesystem. */
#include "tune/summaries.h"

#include "suite.h"

static struct summaries_memory memory;
static double now_s;

static enum summaries_action look(__u64 known, __u64 rate, __u64 left)
{
	const struct summaries_seen seen = {
		.is_attached = true,
		.groups = 100,
		.groups_known = known,
		.scan_rate = rate,
		.scan_left = left,
		.now_s = now_s,
	};

	return summaries_decide(&seen, &memory);
}

static int begin(void **state)
{
	(void)state;
	memory = (struct summaries_memory){0};
	now_s = 1000;
	return 0;
}

static void test_saved_ones_first(void **state)
{
	(void)state;
	assert_int_equal(look(10, 0, 0), SUMMARIES_RESTORE);
	/* they were enough */
	assert_int_equal(look(100, 0, 0), SUMMARIES_NOTHING);
	now_s += 1000;
	assert_int_equal(look(90, 0, 0), SUMMARIES_NOTHING);
}

static void test_a_scan_when_nothing_is_learnt(void **state)
{
	(void)state;
	look(10, 0, 0);
	assert_int_equal(look(10, 0, 0), SUMMARIES_NOTHING);
	now_s += SUMMARIES_QUIET_S - 1;
	assert_int_equal(look(11, 0, 0), SUMMARIES_NOTHING);
	now_s += SUMMARIES_QUIET_S - 1;
	assert_int_equal(look(11, 0, 0), SUMMARIES_NOTHING);
	now_s += 1;
	assert_int_equal(look(11, 0, 0), SUMMARIES_SCAN);
	assert_int_equal(look(50, SUMMARIES_SCAN_RATE, 40), SUMMARIES_NOTHING);
	assert_int_equal(look(99, SUMMARIES_SCAN_RATE, 0), SUMMARIES_END_SCAN);
	now_s += 1000;
	assert_int_equal(look(99, 0, 0), SUMMARIES_NOTHING);
}

static void test_what_could_not_be_done_is_said_again(void **state)
{
	(void)state;
	look(10, 0, 0);
	look(10, 0, 0);
	now_s += SUMMARIES_QUIET_S;
	assert_int_equal(look(10, 0, 0), SUMMARIES_SCAN);
	summaries_undone(SUMMARIES_SCAN, &memory);
	assert_int_equal(look(10, 0, 0), SUMMARIES_SCAN);
	assert_int_equal(look(100, SUMMARIES_SCAN_RATE, 0), SUMMARIES_END_SCAN);
	summaries_undone(SUMMARIES_END_SCAN, &memory);
	assert_int_equal(look(100, SUMMARIES_SCAN_RATE, 0), SUMMARIES_END_SCAN);
	assert_int_equal(look(100, 0, 0), SUMMARIES_NOTHING);
}

static void test_a_rate_set_by_hand_before(void **state)
{
	(void)state;
	look(10, 500, 90);
	assert_int_equal(look(10, 500, 90), SUMMARIES_BY_HAND);
	now_s += 1000;
	assert_int_equal(look(10, 0, 0), SUMMARIES_NOTHING);
}

static void test_a_rate_set_by_hand_meanwhile(void **state)
{
	(void)state;
	look(10, 0, 0);
	look(10, 0, 0);
	now_s += SUMMARIES_QUIET_S;
	assert_int_equal(look(10, 0, 0), SUMMARIES_SCAN);
	assert_int_equal(look(10, 0, 90), SUMMARIES_BY_HAND);
	assert_int_equal(look(10, 0, 0), SUMMARIES_NOTHING);
}

static void test_another_mount_begins_anew(void **state)
{
	const struct summaries_seen gone = {.is_attached = false};

	(void)state;
	look(10, 0, 0);
	look(100, 0, 0);
	assert_int_equal(summaries_decide(&gone, &memory), SUMMARIES_NOTHING);
	assert_int_equal(look(10, 0, 0), SUMMARIES_RESTORE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_saved_ones_first, begin),
		cmocka_unit_test_setup(test_a_scan_when_nothing_is_learnt,
				       begin),
		cmocka_unit_test_setup(
			test_what_could_not_be_done_is_said_again, begin),
		cmocka_unit_test_setup(test_a_rate_set_by_hand_before, begin),
		cmocka_unit_test_setup(test_a_rate_set_by_hand_meanwhile,
				       begin),
		cmocka_unit_test_setup(test_another_mount_begins_anew, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
