// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the numbers of ranges. */
#include <stdlib.h>

#include "random.h"
#include "simulate/range_index.h"
#include "suite.h"

static __u32 get(struct range_index *index, __u32 file, __u32 range)
{
	__u32 number;

	assert_int_equal(range_index_get(index, file, range, &number), 0);
	return number;
}

static void test_order(void **state)
{
	struct range_index index = {0};

	(void)state;
	assert_int_equal(get(&index, 7, 0), 0);
	assert_int_equal(get(&index, 7, 1), 1);
	assert_int_equal(get(&index, 3, 1), 2);
	assert_int_equal(get(&index, 7, 16), 3);
	assert_int_equal(get(&index, 0, (1U << 30) - 1), 4);
	assert_int_equal(get(&index, 7, 1), 1);
	assert_int_equal(get(&index, 0, (1U << 30) - 1), 4);
	assert_int_equal(get(&index, 7, 16), 3);
	assert_int_equal(index.n, 5);
	assert_int_equal(index.files[2], 3);
	assert_int_equal(index.files[4], 0);
	range_index_free(&index);
}

#define FILES  100
#define RANGES 1000

static void test_random(void **state)
{
	__u32(*numbers)[RANGES] = calloc(FILES, sizeof(*numbers));
	struct range_index index = {0};
	__u32 n = 0;

	(void)state;
	assert_non_null(numbers);
	random_seed();
	for (int i = 0; i < 300000; i++) {
		__u32 file = random_below(FILES), range = random_below(RANGES);
		__u32 number = get(&index, file * 977, range * 3);

		if (!numbers[file][range])
			numbers[file][range] = ++n;
		assert_int_equal(number, numbers[file][range] - 1);
		assert_int_equal(index.files[number], file * 977);
	}
	assert_int_equal(index.n, n);
	range_index_free(&index);
	free(numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
