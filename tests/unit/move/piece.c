// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests that a piece is found at its old place, its new one, or neither. */
#include "move/piece.h"
#include "suite.h"

#define MANY 8

struct place {
	const char *now; /* blocks of the disk by letter, one per block */
	enum piece_place place;
};

/* A letter is a block of the disk; a block of the file each. '-': a hole */
static struct file_extents extents_of(const char *blocks)
{
	static struct file_extent room[3][MANY];
	static int next;
	struct file_extents extents = {.extents = room[next++ % 3]};

	for (size_t i = 0; blocks[i]; i++)
		if (blocks[i] != '-')
			extents.extents[extents.n++] = (struct file_extent){
				.logical = 4096 * i,
				.physical = 4096ULL * blocks[i],
				.bytes = 4096,
			};
	return extents;
}

static enum piece_place compare(const char *now, const char *old_place,
				const char *new_place)
{
	const struct file_extents now_extents = extents_of(now);
	const struct file_extents old_extents = extents_of(old_place);
	const struct file_extents new_extents = extents_of(new_place);

	return piece_compare(&now_extents, &old_extents, &new_extents);
}

static void test_compare(void **state)
{
	static const struct place places[] = {
		{"ABCDEF", PIECE_MOVED},     {"acegik", PIECE_NOT_MOVED},
		{"ABCgik", PIECE_PARTLY},    {"aBCgiF", PIECE_PARTLY},
		{"ABCDEx", PIECE_ELSEWHERE}, {"acegi-", PIECE_ELSEWHERE},
		{"xyzuvw", PIECE_ELSEWHERE}, {"", PIECE_ELSEWHERE},
		{"BACDEF", PIECE_ELSEWHERE}, {"ABC", PIECE_ELSEWHERE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		assert_int_equal(compare(places[i].now, "acegik", "ABCDEF"),
				 places[i].place);
}

/* A part that had a good place stayed there. */
static void test_kept(void **state)
{
	(void)state;
	assert_int_equal(compare("ABegik", "acegik", "ABegEF"), PIECE_PARTLY);
	assert_int_equal(compare("ABegEF", "acegik", "ABegEF"), PIECE_MOVED);
	assert_int_equal(compare("acegik", "acegik", "ABegEF"),
			 PIECE_NOT_MOVED);
	assert_int_equal(compare("ABxgik", "acegik", "ABegEF"),
			 PIECE_ELSEWHERE);
}

/* Extents of different lengths, at the same places. */
static void test_common(void **state)
{
	static struct file_extent whole[] = {
		{.logical = 4096, .physical = 1 << 20, .bytes = 40960}};
	static struct file_extent parts[] = {
		{.logical = 0, .physical = (1 << 20) - 4096, .bytes = 8192},
		{.logical = 8192, .physical = 3 << 20, .bytes = 4096},
		{.logical = 12288, .physical = (1 << 20) + 8192, .bytes = 8192},
		{.logical = 40960,
		 .physical = (1 << 20) + 36864,
		 .bytes = 1 << 20},
	};
	const struct file_extents a = {whole, 1}, b = {parts, 4};

	(void)state;
	assert_int_equal(piece_common(&a, &b), 4096 + 8192 + 4096);
	assert_int_equal(piece_common(&b, &a), 4096 + 8192 + 4096);
}

/* A letter for each block that is in parts, where it was then; else '.' */
static void check_different(const char *now, const char *then, size_t start,
			    size_t end, const char *wanted)
{
	const struct file_extents now_extents = extents_of(now);
	const struct file_extents then_extents = extents_of(then);
	struct file_extents parts = {0};
	char got[MANY + 1] = "........";

	assert_int_equal(piece_different(&now_extents, &then_extents,
					 4096 * start, 4096 * end, &parts),
			 0);
	for (size_t i = 0; i < parts.n; i++)
		for (__u64 at = 0; at < parts.extents[i].bytes; at += 4096)
			got[(parts.extents[i].logical + at) / 4096] =
				(parts.extents[i].physical + at) / 4096;
	file_extents_free(&parts);
	assert_string_equal(got, wanted);
}

static void test_different(void **state)
{
	(void)state;
	check_different("acegikmo", "acegikmo", 0, 8, "........");
	check_different("ABCDikmo", "acegikmo", 0, 8, "aceg....");
	check_different("ABCDEFGH", "acegikmo", 2, 5, "..egi...");
	check_different("A-CD-F", "aceg-k-m", 0, 8, "a.eg.k..");
	check_different("", "acegikmo", 0, 8, "........");
}

static void test_different_inside(void **state)
{
	static struct file_extent new_place[] = {
		{.logical = 0, .physical = 1 << 20, .bytes = 40960}};
	static struct file_extent old_place[] = {
		{.logical = 0, .physical = 2 << 20, .bytes = 40960}};
	const struct file_extents now = {new_place, 1}, then = {old_place, 1};
	struct file_extents parts = {0};

	(void)state;
	assert_int_equal(piece_different(&now, &then, 8192, 12288, &parts), 0);
	assert_int_equal(parts.n, 1);
	assert_int_equal(parts.extents[0].logical, 8192);
	assert_int_equal(parts.extents[0].physical, (2 << 20) + 8192);
	assert_int_equal(parts.extents[0].bytes, 4096);
	file_extents_free(&parts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_common),
		cmocka_unit_test(test_different),
		cmocka_unit_test(test_different_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
