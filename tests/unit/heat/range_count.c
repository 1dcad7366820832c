// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the counts of ranges per file, against plain arrays. */
#include "heat/range_count.h"
#include "random.h"
#include "suite.h"

#define N_FILES 500

static struct range_count count;

/* The files share 7 home places, the last places of the table. */
static __u64 file_of(__u32 i)
{
	return (__u64)(0xffffffff - i % 7) << 32 | (i + 1);
}

static void agree(const __u32 *wanted)
{
	__u32 n_files = 0;

	for (__u32 i = 0; i < N_FILES; i++) {
		n_files += wanted[i] > 0;
		assert_int_equal(range_count_of(&count, file_of(i)), wanted[i]);
	}
	assert_int_equal(count.n_files, n_files);
}

static void change(__u32 *wanted, __u32 i, bool more)
{
	if (more) {
		assert_int_equal(range_count_add(&count, file_of(i)), 0);
		wanted[i]++;
	} else if (wanted[i]) {
		range_count_drop(&count, file_of(i));
		wanted[i]--;
	}
}

static void test_random(void **state)
{
	__u32 wanted[N_FILES] = {0};

	(void)state;
	random_seed();
	for (__u32 round = 0; round < 400; round++) {
		/* for a while mostly new files, then mostly deletes */
		bool coming = round / 50 % 2 == 0;

		for (int i = 0; i < 50; i++)
			change(wanted, random_below(N_FILES),
			       random_below(4) ? coming : !coming);
		agree(wanted);
	}
	for (__u32 i = 0; i < N_FILES; i++)
		while (wanted[i])
			change(wanted, i, false);
	agree(wanted);
	range_count_free(&count);
}

static void test_empty(void **state)
{
	(void)state;
	assert_int_equal(range_count_of(&count, file_of(0)), 0);
	assert_int_equal(range_count_add(&count, file_of(0)), 0);
	assert_int_equal(range_count_add(&count, file_of(0)), 0);
	assert_int_equal(range_count_of(&count, file_of(0)), 2);
	assert_int_equal(range_count_of(&count, file_of(1)), 0);
	range_count_free(&count);
	assert_int_equal(range_count_of(&count, file_of(0)), 0);
}

/* A table that is three quarters full does not grow. */
static void test_memory(void **state)
{
	(void)state;
	for (__u32 i = 0; i < 3 << 10; i++)
		assert_int_equal(range_count_add(&count, (__u64)i << 32 | 1),
				 0);
	assert_int_equal(count.n_places, 4 << 10);
	range_count_free(&count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests_name("range_count", tests, NULL, NULL);
}
