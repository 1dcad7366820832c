// SPDX-License-Identifier: GPL-2.0-or-later
/* What is free in each tier, from groups and from data without a place. */
#include "fs/tier_space.h"
#include "suite.h"

/* Tier 0 has the bytes 0 to 100 and 250 to 300, tier 1 100 to 200. */
static struct tier_extent extents[] = {
	{0, 100, 0}, {100, 100, 1}, {250, 50, 0}};
static const struct tiers tiers = {
	.n = 2,
	.extents = extents,
	.n_extents = ARRAY_SIZE(extents),
};

static const struct add_case {
	__u64 start, end, free;
	struct free_range known[2];
	size_t n_known;
	__u64 wanted[2];
} cases[] = {
	{0, 50, 20, {{0, 0}}, 0, {20, 0}},
	{50, 100, 50, {{0, 0}}, 0, {50, 0}},
	{100, 200, 7, {{0, 0}}, 0, {0, 7}},
	{80, 200, 30, {{80, 90}, {95, 115}}, 2, {15, 15}},
	/* 5 more are free: tier 1 has most of the group */
	{80, 200, 35, {{80, 90}, {95, 115}}, 2, {15, 20}},
	/* and tier 0 here */
	{20, 110, 35, {{80, 90}, {95, 110}}, 2, {25, 10}},
	/* freed since the descriptor was read: no less than nothing is left */
	{80, 200, 20, {{80, 90}, {95, 115}}, 2, {15, 15}},
	/* a part is in no tier */
	{150, 250, 60, {{190, 250}}, 1, {0, 10}},
	{210, 240, 30, {{210, 240}}, 1, {0, 0}},
};

static void test_add(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct add_case *one = &cases[i];
		struct free_range known[2] = {one->known[0], one->known[1]};
		const struct free_space ranges = {known, one->n_known};
		struct tier_space space = {.all = 1, .bytes = {100, 1000}};

		print_message("case %zu\n", i);
		tier_space_add(&space, &tiers, one->start, one->end, one->free,
			       &ranges);
		assert_int_equal(space.all, 1 + one->free);
		assert_int_equal(space.bytes[0], 100 + one->wanted[0]);
		assert_int_equal(space.bytes[1], 1000 + one->wanted[1]);
	}
}

static void test_promise(void **state)
{
	struct tier_space space = {.all = 100, .bytes = {30, 70}};

	(void)state;
	tier_space_promise(&space, 10);
	assert_int_equal(space.bytes[0], 27);
	assert_int_equal(space.bytes[1], 63);
	assert_int_equal(space.all, 90);
	tier_space_promise(&space, 0);
	assert_int_equal(space.bytes[0], 27);
	tier_space_promise(&space, 91);
	assert_int_equal(space.bytes[0], 0);
	assert_int_equal(space.bytes[1], 0);
	tier_space_promise(&space, 1);
	assert_int_equal(space.all, 0);
}

/* Whatever is rounded, the sum is exact. */
static void test_promise_adds_up(void **state)
{
	(void)state;
	for (__u64 bytes = 0; bytes <= 1000; bytes++) {
		struct tier_space space = {.all = 1000,
					   .bytes = {333, 333, 334}};

		tier_space_promise(&space, bytes);
		assert_int_equal(space.bytes[0] + space.bytes[1] +
					 space.bytes[2],
				 1000 - bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_promise),
		cmocka_unit_test(test_promise_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
