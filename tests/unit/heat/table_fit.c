// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of how much memory the table of heat gets. */
#include "heat/table_fit.h"

#include "suite.h"

#define MIB (1ULL << 20)

static void test_as_much_as_there_is_room_for(void **state)
{
	(void)state;
	assert_int_equal(hot_table_fit(~0ULL, 28 * MIB, 16 * MIB), 16 * MIB);
	/* 24 MiB are enough for 16 and the half of that */
	assert_int_equal(hot_table_fit(52 * MIB, 28 * MIB, 16 * MIB), 16 * MIB);
	assert_int_equal(hot_table_fit(51 * MIB, 28 * MIB, 16 * MIB), 15 * MIB);
	assert_int_equal(hot_table_fit(30 * MIB, 28 * MIB, 16 * MIB), 1 * MIB);
}

static void test_too_little_for_any(void **state)
{
	(void)state;
	assert_int_equal(hot_table_fit(29 * MIB, 28 * MIB, 16 * MIB), 0);
	assert_int_equal(hot_table_fit(10 * MIB, 28 * MIB, 16 * MIB), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_much_as_there_is_room_for),
		cmocka_unit_test(test_too_little_for_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
