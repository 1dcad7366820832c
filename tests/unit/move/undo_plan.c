// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what an undo moves back. */
#include <stdlib.h>
#include <unistd.h>

#include "move/undo_plan.h"
#include "suite.h"

#define BLOCK 4096ULL

/* Blocks of the disk by letter, one per block of the file, from block start on.
 * '-': a hole. The caller frees them.
 */
static struct file_extents extents_of(size_t start, const char *blocks)
{
	struct file_extents extents = {0};

	for (size_t i = 0; blocks[i]; i++) {
		const struct file_extent extent = {
			.logical = BLOCK * (start + i),
			.physical = BLOCK * blocks[i],
			.bytes = BLOCK,
		};

		if (blocks[i] != '-')
			assert_int_equal(file_extents_add(&extents, &extent),
					 0);
	}
	return extents;
}

struct moved {
	size_t start; /* block of the file */
	const char *before, *after;
	bool is_intent; /* .after is the goal */
};

static struct journal_piece piece_of(const struct moved *moved)
{
	struct journal_piece piece = {.is_done = !moved->is_intent};

	piece.before = extents_of(moved->start, moved->before);
	*(moved->is_intent ? &piece.goal : &piece.after) =
		extents_of(moved->start, moved->after);
	return piece;
}

/* The file becomes as "then" says, where '.' is what does not move. */
static void check(const char *now, const struct moved *moved, size_t n,
		  const char *then, size_t changed_blocks)
{
	struct file_extents now_extents = extents_of(0, now);
	struct journal_piece pieces[4];
	struct undo_plan plan;
	size_t bytes = 0;

	for (size_t i = 0; i < n; i++)
		pieces[i] = piece_of(&moved[i]);
	assert_int_equal(undo_plan_make(&now_extents, pieces, n, ~0ULL, &plan),
			 0);
	for (size_t i = 0; then[i]; i++) {
		__u64 place = undo_plan_place(&plan, BLOCK * i);

		assert_true(place == (then[i] == '.' ? 0 : BLOCK * then[i]));
		bytes += then[i] == '.' ? 0 : BLOCK;
	}
	for (size_t i = 0; i < plan.back.n; i++)
		bytes -= plan.back.extents[i].bytes;
	assert_int_equal(bytes, 0);
	assert_int_equal(plan.changed_bytes, BLOCK * changed_blocks);
	undo_plan_free(&plan);
	for (size_t i = 0; i < n; i++)
		journal_free_piece(&pieces[i]);
	file_extents_free(&now_extents);
}

static void test_one(void **state)
{
	static const struct moved moved[] = {{1, "acegi", "PQRST", false}};
	static const struct moved kept[] = {{1, "acegi", "PQegT", false}};

	(void)state;
	check("xPQRSTy", moved, 1, ".acegi.", 0);
	check("xacegiy", moved, 1, ".......", 0);
	check("xPQgSTy", moved, 1, ".ac.gi.",
	      1);			  /* another block's old place */
	check("xPQ", moved, 1, ".ac", 3); /* cut */
	check("x-QRST", moved, 1, "..cegi", 1);
	check("xvwXyzy", moved, 1, ".......", 5);
	check("xPQegTy", kept, 1, ".ac..i.", 0);
}

static void test_intent(void **state)
{
	static const struct moved moved[] = {{0, "acegi", "PQRST", true}};

	(void)state;
	check("PQRST", moved, 1, "acegi", 0);
	check("PQegi", moved, 1, "ac...", 0);
	check("acegi", moved, 1, ".....", 0);
}

/* Moved twice: what is at either place goes to where it was at first. */
static void test_twice(void **state)
{
	static const struct moved moved[] = {
		{0, "acegi", "PQRgi", false},
		{0, "PQRgi", "UVWXY", true},
		{5, "km", "Zz", false},
	};

	(void)state;
	check("UVWXYZz", moved, 3, "acegikm", 0);
	check("UVRgiZz", moved, 3, "ace..km", 0);
	check("PQRgikm", moved, 3, "ace....", 0);
	check("acegikm", moved, 3, ".......", 0);
	/* the place of another block is not this one's */
	check("VUWXYzZ", moved, 3, "..egi..", 4);
}

/* Nothing beyond the end of what can be moved. */
static void test_end(void **state)
{
	static const struct moved moved = {0, "acegi", "PQRST", false};
	struct file_extents now = extents_of(0, "PQRST");
	struct journal_piece piece = piece_of(&moved);
	struct undo_plan plan;

	(void)state;
	assert_int_equal(undo_plan_make(&now, &piece, 1, 3 * BLOCK, &plan), 0);
	assert_int_equal(plan.back.n, 3);
	undo_plan_free(&plan);
	journal_free_piece(&piece);
	file_extents_free(&now);
}

/* Pieces from the file's end to its start, as an undo moves them. One by one,
 * they would take a minute and more.
 */
#define MANY   30000
#define MANY_S 30

static void test_many(void **state)
{
	static struct journal_piece pieces[MANY];
	struct file_extents now = {0};
	struct undo_plan plan;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		const struct file_extent extent = {
			.logical = BLOCK * i,
			.physical = BLOCK * 2 * (i + 1),
			.bytes = BLOCK,
		};
		struct file_extent before = extent;
		struct journal_piece *piece = &pieces[MANY - 1 - i];

		before.physical += 3 * MANY * BLOCK;
		piece->is_done = true;
		assert_int_equal(file_extents_add(&now, &extent), 0);
		assert_int_equal(file_extents_add(&piece->after, &extent), 0);
		assert_int_equal(file_extents_add(&piece->before, &before), 0);
	}
	alarm(MANY_S);
	assert_int_equal(undo_plan_make(&now, pieces, MANY, ~0ULL, &plan), 0);
	alarm(0);
	assert_int_equal(plan.back.n, MANY);
	assert_int_equal(plan.back.extents[7].physical,
			 BLOCK * (2 * 8 + 3 * MANY));
	undo_plan_free(&plan);
	for (size_t i = 0; i < MANY; i++)
		journal_free_piece(&pieces[i]);
	file_extents_free(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),   cmocka_unit_test(test_intent),
		cmocka_unit_test(test_twice), cmocka_unit_test(test_end),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
