// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of which kernels are newer than the newest tested one. */
#include "suite.h"

#include <stdio.h>
#include <string.h>

#include "watch/tested.h"

static void test_newer(void **state)
{
	static const struct {
		const char *release;
		int step; /* from the newest tested: -1, 0, 1 in the minor
			     number */
	} rows[] = {{"%u.%u.3-amd64", -1},
		    {"%u.%u.0", 0},
		    {"%u.%u", 0},
		    {"%u.%u-rc1", 1},
		    {"%u.%u.1", 1}};
	unsigned int major, minor;
	char series[TESTED_LEN];

	(void)state;
	assert_int_equal(sscanf(tested_newest, "%u.%u", &major, &minor), 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char release[64];

		snprintf(release, sizeof(release), rows[i].release, major,
			 minor + rows[i].step);
		assert_int_equal(tested_is_newer(release, series),
				 rows[i].step > 0);
	}
	/* compared as numbers: 6.9 is older than 6.12, 10.0 newer than 7.3 */
	assert_true(tested_is_newer("100.0.1", series));
	assert_string_equal(series, "100.0");
	assert_false(tested_is_newer("6.9.7", series));
	assert_true(tested_is_newer("strange", series));
	assert_string_equal(series, "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
