// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of which parts of a file are worth a move. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "move/plan.h"
#include "suite.h"

#define MIB (1ULL << 20)

struct expected {
	unsigned int at_mib, mib, n_extents;
};

/* parts: lengths in MiB; one with a minus is a hole, one with a "u" is
 * unwritten. Every extent is somewhere else on the disk.
 */
static const struct file {
	const char *what, *parts;
	unsigned int end_mib; /* 0: the file's end */
	struct expected pieces[4];
} files[] = {
	{"one extent", "5", 0, {{0}}},
	{"two extents", "5 6", 0, {{0, 11, 2}}},
	{"the example in plan.c",
	 "40 3 1 7 2 60 5 -82 9 4",
	 0,
	 {{40, 13, 4}, {200, 13, 2}}},
	{"long ones at both ends", "32 31 31 32", 0, {{32, 62, 2}}},
	{"alone between holes", "5 -1 5 -1 5", 0, {{0}}},
	{"a hole between pairs", "1 2 -1 3 4", 0, {{0, 3, 2}, {4, 7, 2}}},
	{"unwritten in the middle", "1 2 3u 4u 5", 0, {{0, 3, 2}, {3, 7, 2}}},
	{"unwritten and alone", "1 2 3u 5", 0, {{0, 3, 2}}},
	{"a piece is full before the next extent",
	 "31 31 31 31 31 31",
	 0,
	 {{0, 124, 4}, {124, 62, 2}}},
	{"beyond the end", "1 2 3 4", 3, {{0, 3, 2}}},
	{"the end in an extent", "1 2 3", 4, {{0, 4, 3}}},
	{"only beyond the end", "5 1 1", 5, {{0}}},
};

static void make(const char *parts, struct file_extents *extents)
{
	struct file_extent extent = {.physical = 1000000 * MIB};
	char *next;

	*extents = (struct file_extents){0};
	for (; *parts; parts = next) {
		long mib = strtol(parts, &next, 10);

		extent.unwritten = *next == 'u';
		next += extent.unwritten;
		extent.bytes = labs(mib) * MIB;
		extent.physical -= 1000 * MIB;
		if (mib > 0)
			assert_int_equal(file_extents_add(extents, &extent), 0);
		extent.logical += extent.bytes;
	}
}

static void check(const struct file *file)
{
	struct move_plan_limits limits = {
		.piece_bytes = 128 * MIB - 4096,
		.long_bytes = 32 * MIB,
		.end = file->end_mib ? file->end_mib * MIB : ~0ULL,
	};
	struct file_extents extents;
	struct move_plan plan;
	__u64 bytes = 0;
	size_t n = 0;

	print_message("%s\n", file->what);
	make(file->parts, &extents);
	assert_int_equal(move_plan_defrag(&extents, &limits, &plan), 0);
	for (; file->pieces[n].mib; n++) {
		assert_true(n < plan.n);
		assert_int_equal(plan.pieces[n].start,
				 file->pieces[n].at_mib * MIB);
		assert_int_equal(plan.pieces[n].bytes,
				 file->pieces[n].mib * MIB);
		assert_int_equal(plan.pieces[n].n_extents,
				 file->pieces[n].n_extents);
		bytes += plan.pieces[n].bytes;
	}
	assert_int_equal(plan.n, n);
	assert_int_equal(plan.bytes, bytes);
	move_plan_free(&plan);
	file_extents_free(&extents);
}

static void test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		check(&files[i]);
}

/* A character per MiB: a letter is an extent, a dot a hole. The plan:
 * "START+LENGTH/EXTENTS" of each part.
 */
static const struct fit {
	const char *file, *donor, *plan;
} fits[] = {
	{"aaabbcccddeeeeef", "AAAAAAABBBBBBBBB", "0+5/2 8+8/3 "},
	{"abcdef", "AAAAAA", "0+6/6 "},
	{"abcdef", "ABCDEF", ""},
	{"aabbccdd", "ABBCCDDE", ""},
	{"aabbccdd", "AAAABBBB", "0+4/2 4+4/2 "},
	{"aabbccdd", "AAABBBBB", "4+4/2 "},
	{"aaaa", "AABB", ""},
	{"ab", "AA", "0+2/2 "},
	{"abcd", ".AAA", "1+3/3 "},
};

static void make_letters(const char *letters, struct file_extents *extents)
{
	struct file_extent extent = {.physical = 1000 * MIB};

	*extents = (struct file_extents){0};
	for (; *letters; letters += extent.bytes / MIB) {
		extent.bytes = strspn(letters, (char[]){*letters, 0}) * MIB;
		extent.physical -= 100 * MIB;
		if (*letters != '.')
			assert_int_equal(file_extents_add(extents, &extent), 0);
		extent.logical += extent.bytes;
	}
}

static void test_fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fits); i++) {
		struct file_extents file, donor;
		struct move_plan plan;
		char text[64] = "";
		__u64 bytes = 0;

		make_letters(fits[i].file, &file);
		make_letters(fits[i].donor, &donor);
		assert_int_equal(move_plan_fit(&file, &donor, &plan), 0);
		for (size_t k = 0; k < plan.n; k++) {
			const struct move_piece *part = &plan.pieces[k];

			bytes += part->bytes;
			sprintf(text + strlen(text), "%llu+%llu/%zu ",
				part->start / MIB, part->bytes / MIB,
				part->n_extents);
		}
		assert_string_equal(text, fits[i].plan);
		assert_int_equal(plan.bytes, bytes);
		move_plan_free(&plan);
		file_extents_free(&file);
		file_extents_free(&donor);
	}
}

/* Extents that continue each other on the disk are one. */
static void test_contiguous(void **state)
{
	struct file_extents extents = {0};
	const struct file_extent parts[] = {
		{0, 1000, 10, false}, {10, 1010, 10, false},
		{20, 1020, 10, true}, {30, 1030, 10, true},
		{50, 1050, 10, true}, {60, 2000, 10, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assert_int_equal(file_extents_add(&extents, &parts[i]), 0);
	assert_int_equal(extents.n, 4);
	assert_int_equal(extents.extents[0].bytes, 20);
	assert_int_equal(extents.extents[1].bytes, 20);
	assert_int_equal(extents.extents[3].physical, 2000);
	file_extents_free(&extents);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_fits),
		cmocka_unit_test(test_contiguous),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
