// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of claims_add() and claims_gap() against an array of bytes. */
#include <string.h>

#include "ploop/image/claims.h"
#include "random.h"
#include "suite.h"

#define MAX_SLOTS 300

static void assert_gaps(const struct claims *claims, const bool *is_in, __u64 n)
{
	__u64 from = 0, first, length;

	while ((length = claims_gap(claims, from, &first))) {
		for (__u64 i = from; i < first; i++)
			assert_true(is_in[i]);
		for (__u64 i = first; i < first + length; i++)
			assert_false(is_in[i]);
		from = first + length;
		assert_true(from <= n);
	}
	for (__u64 i = from; i < n; i++)
		assert_true(is_in[i]);
}

static void test_random(void **state)
{
	(void)state;
	random_seed();
	for (int round = 0; round < 300; round++) {
		__u64 n = random_below(MAX_SLOTS);
		unsigned int n_added = random_below(2 * MAX_SLOTS);
		bool is_in[MAX_SLOTS] = {0};
		struct claims claims;

		assert_int_equal(claims_make(&claims, n), 0);
		for (unsigned int i = 0; n && i < n_added; i++) {
			__u64 slot = random_below(n);

			assert_int_equal(claims_add(&claims, slot),
					 !is_in[slot]);
			is_in[slot] = true;
		}
		assert_gaps(&claims, is_in, n);
		claims_free(&claims);
	}
}

/* A file of 2^40 bytes with clusters of a sector takes no memory to speak of. */
static void test_huge(void **state)
{
	struct claims claims;
	__u64 first;

	(void)state;
	assert_int_equal(claims_make(&claims, 1ULL << 31), 0);
	assert_true(claims_add(&claims, (1ULL << 31) - 2));
	assert_int_equal(claims_gap(&claims, 0, &first), (1ULL << 31) - 2);
	assert_int_equal(first, 0);
	assert_int_equal(claims_gap(&claims, (1ULL << 31) - 2, &first), 1);
	claims_free(&claims);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_huge),
	};

	return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
