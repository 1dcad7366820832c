// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what a count of extents adds up. */
#include "fs/extent_count.h"
#include "suite.h"

static struct extent_count count;
static const struct tiers no_tiers;

static int setup(void **state)
{
	(void)state;
	count = (struct extent_count){0};
	return 0;
}

static void add(__u64 logical, __u64 physical, __u64 length, __u32 flags,
		const struct tiers *tiers)
{
	const struct fiemap_extent extent = {
		.fe_logical = logical,
		.fe_physical = physical,
		.fe_length = length,
		.fe_flags = flags,
	};

	extent_count_add(&count, &extent, tiers);
}

/* The example of fs/extent_count.h. */
static void test_pieces(void **state)
{
	(void)state;
	add(0, 100, 4, 0, &no_tiers);
	add(4, 104, 2, 0, &no_tiers);
	add(6, 900, 2, FIEMAP_EXTENT_UNWRITTEN, &no_tiers);
	assert_int_equal(count.n_extents, 3);
	assert_int_equal(count.n_pieces, 2);
	assert_int_equal(count.largest_bytes, 6);
	assert_int_equal(count.mapped_bytes, 8);
	assert_int_equal(count.unwritten_bytes, 2);
	assert_int_equal(count.end, 8);
}

/* Neighbours on the disk, but not in the file. */
static void test_hole(void **state)
{
	(void)state;
	add(0, 100, 4, 0, &no_tiers);
	add(8, 104, 2, 0, &no_tiers);
	assert_int_equal(count.n_pieces, 2);
	assert_int_equal(count.end, 10);
}

/* Delayed data has physical address 0, and data in the inode has one of it. */
static void test_unplaced(void **state)
{
	(void)state;
	add(0, 0, 4, FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_UNKNOWN, &no_tiers);
	add(4, 4, 4, 0, &no_tiers);
	add(8, 8, 4, FIEMAP_EXTENT_DATA_INLINE, &no_tiers);
	assert_int_equal(count.unplaced_bytes, 8);
	assert_int_equal(count.n_pieces, 1);
	assert_int_equal(count.n_extents, 3);
}

static void test_flags(void **state)
{
	(void)state;
	add(0, 100, 4, FIEMAP_EXTENT_SHARED, &no_tiers);
	add(4, 200, 8, FIEMAP_EXTENT_ENCODED, &no_tiers);
	assert_int_equal(count.shared_bytes, 4);
	assert_int_equal(count.encoded_bytes, 8);
}

static void test_tiers(void **state)
{
	struct tier_extent on[] = {{0, 100, 1}, {100, 50, 0}};
	const struct tiers tiers = {.n = 2, .extents = on, .n_extents = 2};

	(void)state;
	add(0, 90, 20, 0, &tiers);
	add(20, 140, 30, 0, &tiers);
	assert_int_equal(count.tier_bytes[1], 10);
	assert_int_equal(count.tier_bytes[0], 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_pieces, setup),
		cmocka_unit_test_setup(test_hole, setup),
		cmocka_unit_test_setup(test_unplaced, setup),
		cmocka_unit_test_setup(test_flags, setup),
		cmocka_unit_test_setup(test_tiers, setup),
	};

	return cmocka_run_group_tests_name("extent_count", tests, NULL, NULL);
}
