// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the lines below hotmon's tables: what a narrow terminal still has of
 * them. */
#include "heat/summary.h"

#include <string.h>

#include "suite.h"

/* How many columns the narrowest usual terminal has. */
#define COLUMNS 80

static const char *cost(const struct hot_frame *frame)
{
	static char lines[HOT_SUMMARY_LINES][HOT_SUMMARY_LEN];

	hot_summary(lines, frame, false);
	lines[2][COLUMNS] = '\0';
	return lines[2];
}

/* How full the table is, and how much it has forgotten, says whether more
 * memory would help: a user of 80 columns has to see it.
 */
static void test_full_table(void **state)
{
	struct hot_frame frame = {
		.ns_per_event = 1234,
		.events_per_s = 81234,
		.n_used = 116972,
		.n_slots = 167104,
		.n_evicted = 1234567,
		.map_bytes = 16 << 20,
	};

	(void)state;
	assert_string_equal(
		cost(&frame),
		"own cost      1234 ns/event, 10.024 % of one CPU, table 70 % full, 1234567 forgo");
	frame.n_evicted = 0;
	assert_non_null(strstr(cost(&frame), ", table 70 % full, 81234 "));
}

/* Losses come before all else. */
static void test_losses(void **state)
{
	const struct hot_frame frame = {
		.ns_per_event = 200,
		.dropped = 15241,
		.missed = 3,
	};

	(void)state;
	assert_non_null(strstr(
		cost(&frame),
		"own cost      15241 DROPPED (more --memory); 3 MISSED; 200 ns"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_table),
		cmocka_unit_test(test_losses),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
