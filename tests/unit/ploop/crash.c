// SPDX-License-Identifier: GPL-2.0-or-later
/* Crashes of the image engine, simulated: worlds of random seeds (sim/world.h).
 * FRSP_CRASH_STATES=N looks at N crashes at least, instead of some thousands;
 * FRSP_SEED=N begins with that seed, and a violation names its own. */
#include <stdio.h>
#include <stdlib.h>

#include "random.h"
#include "sim/world.h"
#include "suite.h"

#define DEFAULT_STATES 3000

static __u64 number_of(const char *variable, __u64 otherwise)
{
	const char *text = getenv(variable);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

/* Worlds of a kind until a share (percent) of the crashes was looked at;
 * returns how many worlds. */
static __u64 live(enum world_kind kind, __u32 percent,
		  struct world_report *report)
{
	__u64 states = number_of("FRSP_CRASH_STATES", DEFAULT_STATES);
	__u64 seed = number_of("FRSP_SEED", (__u64)time(NULL) << 20);
	__u64 n;

	for (n = 0;
	     report->states * 100 < states * percent && !report->violation[0];
	     n++)
		world_live(seed + n, kind, report);
	if (report->violation[0])
		print_message("# FRSP_SEED=%llu: %s\n", seed + n - 1,
			      report->violation);
	print_message("# %llu crash states in %llu worlds from FRSP_SEED=%llu: "
		      "%llu requests, %llu allocations, %llu punches, "
		      "%llu commits, %llu copies, %llu moves, %llu grown, "
		      "%llu shrunk, %llu frozen, %llu switched, "
		      "%llu demoted, %llu merged\n",
		      report->states, n, seed, report->requests,
		      report->allocations, report->punches, report->commits,
		      report->copies, report->moves, report->grown,
		      report->shrunk, report->frozen, report->switched,
		      report->demotions, report->merged);
	assert_string_equal(report->violation, "");
	return n;
}

/* A simulation in which little happens proves nothing. */
static void test_crashes(void **state)
{
	struct world_report report = {0};
	__u64 n = live(WORLD_ANY, 40, &report);

	(void)state;
	assert_true(report.allocations > n);
	assert_true(report.punches > n);
	assert_true(n < 100 || report.copies > n / 4);
	assert_true(n < 100 || report.switched > n / 4);
}

/* An error of a write of the table, or of a sync, reaches every request that
 * depended on it, and nothing is stable that was said to be and is not. */
static void test_delayed_writeback_with_failing_disk(void **state)
{
	struct world_report report = {0};
	__u64 n = live(WORLD_FAILING, 10, &report);

	(void)state;
	assert_true(report.failed > n);
}

/* The disk gets longer and shorter while I/O of before is still under way. */
static void test_resize_while_io_is_slow(void **state)
{
	struct world_report report = {0};
	__u64 n = live(WORLD_RESIZING, 20, &report);

	(void)state;
	assert_true(report.grown > n);
	assert_true(report.shrunk > n);
	assert_int_equal(report.failed, 0);
}

/* Clusters go to the lower delta and come back, and the top is merged. */
static void test_demotions(void **state)
{
	struct world_report report = {0};
	__u64 n = live(WORLD_DEMOTING, 20, &report);

	(void)state;
	assert_true(report.demotions > 10 * n);
	assert_true(n < 100 || report.merged > n / 10);
}

/* Reads look into the table without a lock while first writes, discards,
 * copies, moves, a growing table and a merge change it. */
static void
test_fast_path_reads_during_allocation_discard_and_merge(void **state)
{
	struct world_report report = {0};
	__u64 n = live(WORLD_READING, 10, &report);

	(void)state;
	assert_true(report.reads > 50 * n);
	assert_true(report.allocations > n);
	assert_true(n < 100 || report.merged > n / 10);
	assert_int_equal(report.failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crashes),
		cmocka_unit_test(test_delayed_writeback_with_failing_disk),
		cmocka_unit_test(test_resize_while_io_is_slow),
		cmocka_unit_test(test_demotions),
		cmocka_unit_test(
			test_fast_path_reads_during_allocation_discard_and_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
