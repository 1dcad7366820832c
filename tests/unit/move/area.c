// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of areas: the blocks of one or more tiers. */
#include "move/area.h"
#include "suite.h"

#define BLOCK 4096ULL

static struct tier_extent extents[] = {
	{0, 10 * BLOCK, 0},
	{10 * BLOCK, 10 * BLOCK + 512, 1},
	{20 * BLOCK + 512, 10 * BLOCK - 512, 0},
	{30 * BLOCK, 100, 2},
	{40 * BLOCK, 10 * BLOCK, 2},
};
static const struct tiers tiers = {.n = 3, .extents = extents, .n_extents = 5};

/* in: bits of tiers; ranges: START END pairs in blocks */
static const struct row {
	__u64 in;
	size_t n;
	struct area_range ranges[3];
} rows[] = {
	{1, 2, {{0, 10}, {21, 30}}}, /* block 20 is in two tiers */
	{2, 1, {{10, 20}}},	     {3, 1, {{0, 30}}},
	{4, 1, {{40, 50}}}, /* 100 bytes are no block */
	{7, 2, {{0, 30}, {40, 50}}}, {0, 0, {{0}}},
};

static void test_make(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct area area;

		print_message("row %zu\n", i);
		assert_int_equal(area_make(&tiers, rows[i].in, BLOCK, &area),
				 0);
		assert_int_equal(area.n, rows[i].n);
		for (size_t k = 0; k < area.n; k++) {
			assert_int_equal(area.ranges[k].start,
					 rows[i].ranges[k].start * BLOCK);
			assert_int_equal(area.ranges[k].end,
					 rows[i].ranges[k].end * BLOCK);
		}
		area_free(&area);
	}
}

static void test_at(void **state)
{
	struct area_range ranges[] = {{10, 20}, {30, 40}};
	const struct area area = {ranges, 2};
	__u64 until;

	(void)state;
	assert_false(area_at(&area, 0, 100, &until));
	assert_int_equal(until, 10);
	assert_true(area_at(&area, 10, 100, &until));
	assert_int_equal(until, 20);
	assert_true(area_at(&area, 15, 18, &until));
	assert_int_equal(until, 18);
	assert_false(area_at(&area, 20, 100, &until));
	assert_int_equal(until, 30);
	assert_false(area_at(&area, 40, 100, &until));
	assert_int_equal(until, 100);
}

static void test_has(void **state)
{
	struct area_range ranges[] = {{10, 20}, {30, 40}};
	const struct area area = {ranges, 2};

	(void)state;
	assert_true(area_has(&area, 10, 20));
	assert_true(area_has(&area, 35, 36));
	assert_false(area_has(&area, 10, 21));
	assert_false(area_has(&area, 9, 20));
	assert_false(area_has(&area, 10, 40));
	assert_false(area_has(&area, 50, 60));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_at),
		cmocka_unit_test(test_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
