// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of histograms in powers of two: buckets, percentiles, and their text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "base/hist.h"
#include "suite.h"

static void test_buckets(void **state)
{
	static const struct {
		__u64 value;
		__u32 bucket;
	} cases[] = {
		{0, 0},		  {1, 0},
		{2, 1},		  {3, 1},
		{4, 2},		  {1023, 9},
		{1024, 10},	  {(1ULL << 38) - 1, 37},
		{1ULL << 38, 38}, {1ULL << 39, 39},
		{~0ULL, 39},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(log2_bucket(cases[i].value, LOG2_NS_BUCKETS),
				 cases[i].bucket);
	for (__u32 log2 = 0; log2 < 64; log2++)
		assert_int_equal(log2_of(1ULL << log2), log2);
}

struct percentile_case {
	__u64 buckets[6];
	double percent;
	double value;
};

static const struct percentile_case percentile_cases[] = {
	{{0}, 50, 0},
	{{1}, 100, 2},
	{{0, 0, 4}, 100, 8},
	{{0, 0, 4}, 50, 6},
	{{0, 0, 4}, 25, 5},
	/* half of the values below 2, half from 16 on */
	{{10, 0, 0, 0, 10}, 50, 2},
	{{10, 0, 0, 0, 10}, 75, 24},
	{{99, 0, 0, 0, 0, 1}, 99, 2},
	{{99, 0, 0, 0, 0, 1}, 99.5, 48},
};

static void test_percentiles(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(percentile_cases); i++) {
		const struct percentile_case *one = &percentile_cases[i];
		double value = hist_percentile(one->buckets, 6, one->percent);

		assert_true(fabs(value - one->value) < 1e-9);
	}
}

static void test_since(void **state)
{
	__u64 later[3] = {5, 7, 9};
	const __u64 earlier[3] = {5, 2, 0};

	(void)state;
	for (int i = 0; i < 3; i++)
		later[i] = hist_since(later[i], earlier[i]);
	assert_int_equal(later[0], 0);
	assert_int_equal(later[1], 5);
	assert_int_equal(later[2], 9);
	assert_int_equal(hist_total(later, 3), 14);
	assert_int_equal(hist_since(3, 4), 3); /* the counter restarted */
}

static void test_times(void **state)
{
	static const struct {
		double ns;
		const char *text;
	} cases[] = {
		{0, "0ns"},	{850, "850ns"}, {1500, "1.5us"},
		{12e6, "12ms"}, {1e9, "1.0s"},	{3600e9, "3600s"},
	};
	char text[FMT_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(hist_fmt_ns(text, cases[i].ns),
				    cases[i].text);
}

static void test_print(void **state)
{
	const __u64 buckets[6] = {0, 0, 2, 0, 4, 0}, none[6] = {0};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	hist_print(out, "None", none, 6, HIST_COUNT, 4);
	hist_print(out, "Title", buckets, 6, HIST_COUNT, 4);
	fclose(out);
	assert_string_equal(text, "Title\n"
				  "       4 .. 8        :          2 |**  |\n"
				  "       8 .. 16       :          0 |    |\n"
				  "      16 .. 32       :          4 |****|\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_percentiles),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests_name("hist", tests, NULL, NULL);
}
