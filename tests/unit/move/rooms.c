// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what room block groups have, and of the choice among them. */
#include <stdlib.h>

#include "move/rooms.h"
#include "suite.h"

#define BLOCK	 1024ULL
#define PER	 8192
#define N_GROUPS 6
#define FIRST	 1

static struct rooms rooms;
static struct area_range everything[] = {{0, ~0ULL}};
static const struct area all = {everything, 1};

/* The free blocks [start, end) of a group. */
struct piece {
	unsigned int group, start, end;
};

static void take(const struct piece *pieces, size_t n, const struct area *area)
{
	struct free_range ranges[16];
	struct free_space space = {ranges, 0};

	for (; space.n < n; pieces++)
		ranges[space.n++] = (struct free_range){
			(FIRST + pieces->group * PER + pieces->start) * BLOCK,
			(FIRST + pieces->group * PER + pieces->end) * BLOCK};
	rooms_take(&rooms, 0, rooms.n, &space, area);
}

static int setup(void **state)
{
	(void)state;
	rooms = (struct rooms){.block_bytes = BLOCK,
			       .group_blocks = PER,
			       .first_block = FIRST,
			       .n_blocks = FIRST + N_GROUPS * PER - 100};
	return rooms_init(&rooms);
}

static int teardown(void **state)
{
	(void)state;
	rooms_free(&rooms);
	return 0;
}

static void test_numbers(void **state)
{
	static const struct piece pieces[] = {{0, 100, 200},
					      {0, 1000, 1001},
					      {1, 8000, 8192 + 300},
					      {3, 1, 8192},
					      {5, 10, 50}};

	(void)state;
	assert_int_equal(rooms.n, N_GROUPS);
	assert_int_equal(rooms.most_in_a_row, 2048);
	assert_int_equal(rooms_start(&rooms, 2), 16385);
	assert_int_equal(rooms_start(&rooms, 6), FIRST + N_GROUPS * PER - 100);
	assert_int_equal(rooms_group_of(&rooms, 16384), 1);
	take(pieces, ARRAY_SIZE(pieces), &all);
	assert_int_equal(rooms.rooms[0].free_blocks, 101);
	assert_int_equal(rooms.rooms[0].free_extents, 2);
	assert_int_equal(rooms.rooms[0].row_blocks, 64); /* 128..192 */
	assert_int_equal(rooms.rooms[1].row_blocks, 128);
	assert_int_equal(rooms.rooms[1].free_blocks, 192);
	assert_int_equal(rooms.rooms[2].free_blocks, 300);
	assert_int_equal(rooms.rooms[2].row_blocks, 256);
	assert_int_equal(rooms.rooms[3].row_blocks, 2048);
	assert_int_equal(rooms.rooms[4].row_blocks, 0);
	assert_int_equal(rooms.rooms[5].row_blocks, 16); /* 16..32 */
	assert_int_equal(rooms.free_blocks, 101 + 192 + 300 + 8191 + 40);
	rooms_use(&rooms, 0, 50);
	assert_int_equal(rooms.free_blocks, 51 + 192 + 300 + 8191 + 40);
	/* read once more, a group forgets what it had */
	take(pieces, 1, &all);
	assert_int_equal(rooms.free_blocks, 100);
}

/* The area ends in the middle of group 1. */
static void test_border(void **state)
{
	static const struct piece pieces[] = {{0, 0, 8192}, {1, 0, 8192}};
	struct area_range ranges[] = {{0, (FIRST + PER + 700) * BLOCK}};
	const struct area area = {ranges, 1};

	(void)state;
	take(pieces, 2, &area);
	assert_true(rooms.rooms[0].is_whole);
	assert_false(rooms.rooms[1].is_whole);
	assert_int_equal(rooms.rooms[1].area_free_blocks, 700);
	assert_int_equal(rooms.rooms[1].free_blocks, 8192);
	assert_int_equal(rooms.rooms[1].row_blocks, 512);
	assert_int_equal(rooms.free_blocks, 8192 + 700);
}

static void expect_ask(__u32 group, __u32 blocks, __u32 at_least, __u32 ask)
{
	struct rooms_choice choice = rooms_ask(&rooms, group, blocks, at_least);

	assert_int_equal(choice.take_blocks, ask ? blocks : 0);
	assert_int_equal(choice.ask_blocks, ask);
}

/* The example in rooms.h, and others. */
static void test_ask(void **state)
{
	static const struct piece pieces[] = {{0, 2048, 4096},
					      {0, 5000, 5050},
					      {1, 10, 1033},
					      {2, 7, 8},
					      {4, 10, 50}};

	(void)state;
	take(pieces, ARRAY_SIZE(pieces), &all);
	expect_ask(0, 2048, 1, 2048);
	expect_ask(0, 1049, 1, 1049);
	expect_ask(0, 1050, 1, 2048);
	expect_ask(0, 1, 1, 1);
	expect_ask(0, 2, 1, 2);
	expect_ask(0, 2, 1024, 1024);
	expect_ask(1, 1000, 1, 1000); /* in one extent, but in no row of 1024 */
	expect_ask(1, 1024, 1, 0);
	expect_ask(1, 512, 1, 512);
	expect_ask(1, 600, 1024, 0);
	expect_ask(2, 1, 1, 1);
	expect_ask(2, 2, 1, 0);
	expect_ask(3, 1, 1, 0);
	expect_ask(4, 32, 1, 0); /* of 40, in no row of 32 */
}

static void expect_choice(__u32 near, __u32 blocks, __u32 least, int group,
			  __u32 take_blocks)
{
	struct rooms_choice choice;
	bool found = rooms_choose(&rooms, near, blocks, 1, least, 2, &choice);

	assert_int_equal(found, group >= 0);
	if (!found)
		return;
	assert_int_equal(choice.group, group);
	assert_int_equal(choice.take_blocks, take_blocks);
}

static void test_choose(void **state)
{
	static const struct piece pieces[] = {
		{0, 0, 256}, {1, 0, 512}, {3, 0, 512}, {4, 0, 1024}};

	(void)state;
	take(pieces, ARRAY_SIZE(pieces), &all);
	expect_choice(0, 200, 16, 0, 200);
	expect_choice(1, 200, 16, 1, 200);
	expect_choice(2, 512, 16, 3, 512);
	expect_choice(5, 512, 16, 1, 512); /* around the end */
	expect_choice(0, 1000, 16, 4, 1000);
	expect_choice(0, 2048, 16, 4, 1024); /* a part */
	expect_choice(0, 2048, 1025, -1, 0);
	rooms.rooms[4].misses = 2;
	expect_choice(0, 1000, 16, 1, 512);
}

/* As after a miss: no group has as much in a row as is to be asked for. */
static void test_choose_less(void **state)
{
	static const struct piece pieces[] = {{0, 0, 256}, {1, 0, 512}};
	struct rooms_choice choice;

	(void)state;
	take(pieces, ARRAY_SIZE(pieces), &all);
	assert_true(rooms_choose(&rooms, 0, 16, 1024, 16, 2, &choice));
	assert_int_equal(choice.group, 1);
	assert_int_equal(choice.ask_blocks, 512);
	assert_int_equal(choice.take_blocks, 16);
}

/* A group that is wholly in the area is better, wherever it is. */
static void test_choose_border(void **state)
{
	static const struct piece pieces[] = {{0, 0, 8192}, {4, 0, 1024}};
	struct area_range ranges[] = {
		{(FIRST + 1000) * BLOCK, (FIRST + 6 * PER) * BLOCK}};
	const struct area area = {ranges, 1};

	(void)state;
	take(pieces, ARRAY_SIZE(pieces), &area);
	expect_choice(0, 1024, 16, 4, 1024);
	expect_choice(0, 2048, 16, 0, 2048);
}

#define rooms_test(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		rooms_test(test_numbers),     rooms_test(test_border),
		rooms_test(test_ask),	      rooms_test(test_choose),
		rooms_test(test_choose_less), rooms_test(test_choose_border),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
