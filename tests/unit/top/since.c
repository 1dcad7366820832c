// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of counts since a reset. */
#include "top/since.h"

#include "suite.h"

static void test_subtract(void **state)
{
	struct top_baselines baselines = {0};
	struct top_counts at = {
		.alloc = {.searches = 500},
		.es = {.hits = 7},
		.busy = {.freed_blocks = 30,
			 .lifetimes = {[3] = 2},
			 .blocks = 9,
			 .peak_blocks = 12},
		.status = {.goals_offered = 100, .trees = 4},
	};
	struct top_counts now = at, other = at;

	(void)state;
	assert_int_equal(top_baseline_set(&baselines, 1, &at), 0);
	now.alloc.searches += 30;
	now.es.hits += 1;
	now.busy.freed_blocks += 5;
	now.busy.lifetimes[3] += 1;
	now.status.goals_offered += 2;
	top_baseline_subtract(&baselines, 1, &now);
	assert_int_equal(now.alloc.searches, 30);
	assert_int_equal(now.es.hits, 1);
	assert_int_equal(now.busy.freed_blocks, 5);
	assert_int_equal(now.busy.lifetimes[3], 1);
	assert_int_equal(now.status.goals_offered, 2);
	/* the present state is not a count */
	assert_int_equal(now.busy.blocks, 9);
	assert_int_equal(now.busy.peak_blocks, 12);
	assert_int_equal(now.status.trees, 4);
	/* another filesystem has no baseline */
	top_baseline_subtract(&baselines, 2, &other);
	assert_int_equal(other.alloc.searches, 500);
	top_baselines_free(&baselines);
}

static void test_again(void **state)
{
	struct top_baselines baselines = {0};
	struct top_counts counts = {.alloc = {.searches = 10}};

	(void)state;
	for (__u32 dev = 1; dev <= 3; dev++)
		assert_int_equal(top_baseline_set(&baselines, dev, &counts), 0);
	counts.alloc.searches = 25;
	assert_int_equal(top_baseline_set(&baselines, 2, &counts), 0);
	assert_int_equal(baselines.n, 3);
	counts.alloc.searches = 30;
	top_baseline_subtract(&baselines, 2, &counts);
	assert_int_equal(counts.alloc.searches, 5);
	/* the counters began anew, as after another mount */
	counts.alloc.searches = 3;
	top_baseline_subtract(&baselines, 2, &counts);
	assert_int_equal(counts.alloc.searches, 3);
	top_baseline_forget(&baselines, 2);
	counts.alloc.searches = 30;
	top_baseline_subtract(&baselines, 2, &counts);
	assert_int_equal(counts.alloc.searches, 30);
	top_baseline_subtract(&baselines, 3, &counts);
	assert_int_equal(counts.alloc.searches, 20);
	top_baselines_free(&baselines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subtract),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests_name("since", tests, NULL, NULL);
}
