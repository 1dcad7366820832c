// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of log-linear histograms: buckets and percentiles, against sorted
 * values. */
#include <stdlib.h>

#include "base/loglin.h"
#include "random.h"
#include "suite.h"

static void test_buckets(void **state)
{
	static const struct {
		__u64 value;
		__u32 bucket;
	} cases[] = {
		{0, 0},
		{1023, 0},
		{1024, 1},
		{1087, 1},
		{1088, 2},
		{2047, 16},
		{2048, 17},
		{2175, 17},
		{2176, 18},
		{(1ULL << 36) - 1, LOGLIN_BUCKETS - 2},
		{1ULL << 36, LOGLIN_BUCKETS - 1},
		{~0ULL, LOGLIN_BUCKETS - 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(loglin_bucket(cases[i].value),
				 cases[i].bucket);
}

/* Each bucket begins where the one before ends, and is narrow enough. */
static void test_edges(void **state)
{
	(void)state;
	assert_int_equal(loglin_from(0), 0);
	for (__u32 i = 1; i < LOGLIN_BUCKETS; i++) {
		__u64 from = loglin_from(i);

		assert_int_equal(loglin_bucket(from), i);
		assert_int_equal(loglin_bucket(from - 1), i - 1);
		if (i > 1)
			assert_true(from - loglin_from(i - 1) <=
				    loglin_from(i - 1) / 16);
	}
}

static void test_few(void **state)
{
	__u64 buckets[LOGLIN_BUCKETS] = {0};

	(void)state;
	assert_true(loglin_percentile(buckets, 50) == -1);
	buckets[1] = 4; /* 1024 to 1087 */
	assert_true(loglin_percentile(buckets, 50) == 1056);
	assert_true(loglin_percentile(buckets, 100) == 1088);
	buckets[17] = 4; /* 2048 to 2175 */
	assert_true(loglin_percentile(buckets, 50) == 1088);
	assert_true(loglin_percentile(buckets, 75) == 2112);
	buckets[LOGLIN_BUCKETS - 1] = 100;
	assert_true(loglin_percentile(buckets, 99) == 1ULL << 36);
}

#define N_VALUES 20000

static int compare(const void *left, const void *right)
{
	const __u64 *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

/* Many values from 1 us to 4 s, each power of two as likely. */
static void test_random(void **state)
{
	static const double percents[] = {1, 10, 50, 90, 99, 99.9};
	__u64 buckets[LOGLIN_BUCKETS] = {0}, *values;

	(void)state;
	random_seed();
	values = calloc(N_VALUES, sizeof(*values));
	assert_non_null(values);
	for (size_t i = 0; i < N_VALUES; i++) {
		values[i] = (1024ULL + random_below(1024)) << random_below(22);
		buckets[loglin_bucket(values[i])]++;
	}
	qsort(values, N_VALUES, sizeof(*values), compare);
	for (size_t i = 0; i < ARRAY_SIZE(percents); i++) {
		size_t rank = N_VALUES * percents[i] / 100 - 1;
		double error =
			loglin_percentile(buckets, percents[i]) / values[rank] -
			1;

		assert_true(error <= 1.0 / 16 && error >= -1.0 / 16);
	}
	free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("loglin", tests, NULL, NULL);
}
