// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of where the heat of a file's ranges is on the disk. */
#include "heat/placed.h"
#include "suite.h"

#define MIB (1ULL << 20)

static struct heat_pieces pieces;

static int teardown(void **state)
{
	(void)state;
	heat_pieces_free(&pieces);
	return 0;
}

static void add(const struct heat_range *ranges, size_t n_ranges,
		struct file_extent *extents, size_t n_extents)
{
	const struct file_extents all = {extents, n_extents};

	assert_int_equal(heat_pieces_add(&pieces, ranges, n_ranges, &all), 0);
}

static void expect(size_t i, __u64 logical, __u64 physical, __u64 bytes,
		   double heat)
{
	const struct heat_piece *piece = &pieces.pieces[i];

	assert_true(i < pieces.n);
	assert_int_equal(piece->ino, 12);
	assert_int_equal(piece->gen, 7);
	assert_int_equal(piece->logical, logical);
	assert_int_equal(piece->physical, physical);
	assert_int_equal(piece->bytes, bytes);
	assert_true(piece->heat == heat);
}

/* The example of heat/placed.h. */
static void test_example(void **state)
{
	const struct heat_range ranges[] = {{12, 7, 0, 30}, {12, 7, 2, 20}};
	struct file_extent extents[] = {
		{0, 8 * MIB, 3 * MIB / 2, false},
		{3 * MIB / 2, 40 * MIB, 3 * MIB / 2, false},
	};

	(void)state;
	add(ranges, 2, extents, 2);
	assert_int_equal(pieces.n, 2);
	expect(0, 0, 8 * MIB, MIB, 30);
	expect(1, 2 * MIB, 40 * MIB + MIB / 2, MIB, 20);
	assert_true(heat_pieces_sum(&pieces) == 50);
}

/* A range of which a quarter is a hole, and a quarter is preallocated. */
static void test_spread(void **state)
{
	const struct heat_range range = {12, 7, 5, 8};
	struct file_extent extents[] = {
		{0, 900 * MIB, 5 * MIB, false}, /* before */
		{5 * MIB, 100 * MIB, MIB / 4, false},
		{5 * MIB + MIB / 2, 50 * MIB, MIB / 4, true},
		{6 * MIB - MIB / 4, 200 * MIB, MIB, false}, /* and after */
	};

	(void)state;
	add(&range, 1, extents, 4);
	assert_int_equal(pieces.n, 2);
	expect(0, 5 * MIB, 100 * MIB, MIB / 4, 4);
	expect(1, 6 * MIB - MIB / 4, 200 * MIB, MIB / 4, 4);
}

/* An extent that several ranges share, and ranges without any. */
static void test_shared(void **state)
{
	const struct heat_range ranges[] = {
		{12, 7, 0, 1}, {12, 7, 1, 2}, {12, 7, 2, 4}, {12, 7, 9, 8}};
	struct file_extent extents[] = {
		{MIB, 10 * MIB, 2 * MIB, false},
		{4 * MIB, 20 * MIB, MIB, false},
	};

	(void)state;
	add(ranges, 4, extents, 2);
	assert_int_equal(pieces.n, 2);
	expect(0, MIB, 10 * MIB, MIB, 2);
	expect(1, 2 * MIB, 11 * MIB, MIB, 4);
	assert_true(heat_pieces_sum(&pieces) == 6);
}

/* A piece on both sides of a border, and one in no tier. */
static void test_by_tier(void **state)
{
	const struct heat_range ranges[] = {{12, 7, 0, 8}, {12, 7, 1, 100}};
	struct file_extent extents[] = {
		{0, 10 * MIB, MIB, false},
		{MIB, 70 * MIB, MIB, false},
	};
	struct tier_extent borders[] = {
		{0, 10 * MIB + MIB / 4, 1},
		{10 * MIB + MIB / 4, 20 * MIB, 0},
	};
	const struct tiers tiers = {.n = 2, .extents = borders, .n_extents = 2};
	double heat[TIER_MAX];

	(void)state;
	add(ranges, 2, extents, 2);
	heat_by_tier(&pieces, &tiers, heat);
	assert_true(heat[0] == 6);
	assert_true(heat[1] == 2);
	assert_true(heat[2] == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_example, teardown),
		cmocka_unit_test_teardown(test_spread, teardown),
		cmocka_unit_test_teardown(test_shared, teardown),
		cmocka_unit_test_teardown(test_by_tier, teardown),
	};

	return cmocka_run_group_tests_name("placed", tests, NULL, NULL);
}
