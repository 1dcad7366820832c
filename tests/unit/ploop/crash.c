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

static void test_crashes(void **state)
{
	__u64 states = number_of("FRSP_CRASH_STATES", DEFAULT_STATES);
	__u64 seed = number_of("FRSP_SEED", (__u64)time(NULL) << 20);
	struct world_report report = {0};
	__u64 n;

	(void)state;
	for (n = 0; report.states < states && !report.violation[0]; n++)
		world_live(seed + n, &report);
	if (report.violation[0])
		print_message("# FRSP_SEED=%llu: %s\n", seed + n - 1,
			      report.violation);
	print_message("# %llu crash states in %llu worlds from FRSP_SEED=%llu: "
		      "%llu requests, %llu allocations, %llu punches, "
		      "%llu commits, %llu copies, %llu moves, %llu grown\n",
		      report.states, n, seed, report.requests,
		      report.allocations, report.punches, report.commits,
		      report.copies, report.moves, report.grown);
	assert_string_equal(report.violation, "");
	/* a simulation in which little happens proves nothing */
	assert_true(report.allocations > n);
	assert_true(report.punches > n);
	assert_true(n < 100 || report.copies > n / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
