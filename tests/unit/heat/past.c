// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of when the I/O of a range was: the age that counts and a temperature
 * give must give that temperature again.
 */
#include <math.h>

#include "heat/past.h"
#include "suite.h"

#define HALF_LIFE_S 300.0

/* The temperature of n reads of 4 KiB that came evenly, one by one. */
static double temperature(__u64 n, double age_s)
{
	double sum = 0;

	for (__u64 i = 0; i < n; i++)
		sum += (1 + 1 / 32.0) *
		       exp2(-(i + 0.5) / n * age_s / HALF_LIFE_S);
	return sum;
}

static double age(__u64 n, double age_s)
{
	return heat_past_age(n, n * 4096, temperature(n, age_s), HALF_LIFE_S);
}

static void test_age(void **state)
{
	static const double ages_s[] = {1, 60, 300, 3600, 43200, 864000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ages_s); i++) {
		print_message("%.0f s\n", ages_s[i]);
		assert_true(fabs(age(10000, ages_s[i]) / ages_s[i] - 1) < 0.01);
	}
	assert_true(age(100, 0) < 0.001);
	/* warmer than it can be */
	assert_true(heat_past_age(1, 4096, 2, HALF_LIFE_S) == 0);
	/* cold */
	assert_true(heat_past_age(1, 4096, 0, HALF_LIFE_S) <= HEAT_PAST_MAX_S);
	assert_true(heat_past_age(1, 4096, 0, HALF_LIFE_S) >
		    0.999 * HEAT_PAST_MAX_S);
}

static void test_before(void **state)
{
	(void)state;
	assert_int_equal(heat_past_before(100, 480, 900), 0);
	assert_int_equal(heat_past_before(100, 480, 480), 0);
	assert_int_equal(heat_past_before(100, 480, 300), 38);
	assert_int_equal(heat_past_before(100, 480, 60), 88);
	assert_int_equal(heat_past_before(100, 480, 0), 100);
	/* all of it was just now */
	assert_int_equal(heat_past_before(100, 0, 60), 0);
	assert_int_equal(heat_past_before(100, 0, 0), 100);
	/* small numbers are not lost: 1 of 3 is older than 2/3 of the age */
	assert_int_equal(heat_past_before(3, 300, 200), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
