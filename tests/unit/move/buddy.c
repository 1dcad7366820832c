// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the length of a request that gets a certain block. */
#include "move/buddy.h"
#include "suite.h"

#define BLOCK	    4096ULL
#define GROUP	    (32768 * BLOCK)
#define MAX_BLOCKS  8192
#define MAX_EXTENTS 3

/* free: START END pairs in blocks of the group */
static const struct row {
	const char *what;
	size_t n;
	__u32 free[MAX_EXTENTS][2];
	__u32 block, start, blocks; /* blocks 0: the block is not free */
} rows[] = {
	{"the example: alone", 1, {{3, 9}}, 3, 3, 1},
	{"the example: in the middle", 1, {{3, 9}}, 6, 4, 4},
	{"the example: last", 1, {{3, 9}}, 8, 8, 1},
	{"the second extent", 2, {{16, 48}, {100, 104}}, 102, 100, 4},
	{"at the end of a buddy", 2, {{16, 48}, {100, 104}}, 31, 16, 16},
	{"at the start of the next", 2, {{16, 48}, {100, 104}}, 32, 32, 16},
	{"the group's start", 1, {{0, 7}}, 0, 0, 4},
	{"no longer than ext4 has", 1, {{0, 32768}}, 20000, 16384, 8192},
	{"before the free blocks", 1, {{16, 48}}, 15, 0, 0},
	{"behind them", 1, {{16, 48}}, 48, 0, 0},
	{"nothing is free", 0, {{0}}, 1, 0, 0},
};

static struct free_space space_of(const __u32 free[][2], size_t n,
				  struct free_range ranges[MAX_EXTENTS])
{
	for (size_t i = 0; i < n; i++)
		ranges[i] = (struct free_range){
			.start = GROUP + free[i][0] * BLOCK,
			.end = GROUP + free[i][1] * BLOCK,
		};
	return (struct free_space){.ranges = ranges, .n = n};
}

static void test_buddies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct free_range ranges[MAX_EXTENTS];
		struct free_space space = space_of(row->free, row->n, ranges);
		struct buddy buddy = {0};
		bool is_free = buddy_of(&space, GROUP, BLOCK, row->block,
					MAX_BLOCKS, &buddy);

		if (is_free != !!row->blocks || buddy.start != row->start ||
		    buddy.blocks != row->blocks)
			fail_msg("%s: %u blocks at %u", row->what, buddy.blocks,
				 buddy.start);
	}
}

static __u32 average(const __u32 free[][2], size_t n, __u32 max_blocks)
{
	struct free_range ranges[MAX_EXTENTS];
	struct free_space space = space_of(free, n, ranges);

	return buddy_average_request(&space, BLOCK, max_blocks);
}

static void test_average(void **state)
{
	static const __u32 two[][2] = {{10, 20}, {30, 35}}; /* 15 in 2 */
	static const __u32 power[][2] = {{0, 5}, {8, 19}};  /* 16 in 2 */
	static const __u32 pair[][2] = {{7, 9}};
	static const __u32 single[][2] = {{7, 8}};

	(void)state;
	assert_int_equal(average(two, 2, 16), 7);
	assert_int_equal(average(two, 2, 4), 3);
	assert_int_equal(average(two, 2, 1), 1);
	assert_int_equal(average(power, 2, 16), 7);
	assert_int_equal(average(pair, 1, 16), 1);
	assert_int_equal(average(single, 1, 16), 1);
	assert_int_equal(average(single, 0, 16), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buddies),
		cmocka_unit_test(test_average),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
