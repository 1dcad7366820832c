// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what is to move into an area. */
#include <stdio.h>
#include <string.h>

#include "move/area.h"
#include "move/plan.h"
#include "suite.h"

#define BLOCK 4096ULL

/* All numbers are blocks, but for those of the ranges, which are bytes. The
 * area is from 1000 to 2000. plan: "START+LENGTH/EXTENTS" of each piece.
 */
static const struct file {
	const char *what;
	struct file_extent extents[4];
	struct file_range ranges[2];
	unsigned int end;
	const char *plan;
} files[] = {
	{"the example in plan_outside.c",
	 {{0, 800, 300, 0}, {300, 200, 100, 0}, {400, 1500, 100, 0}},
	 {{0}},
	 0,
	 "0+200/1 300+100/1 "},
	{"all inside", {{0, 1000, 1000, 0}}, {{0}}, 0, ""},
	{"both ends outside",
	 {{0, 900, 1200, 0}},
	 {{0}},
	 0,
	 "0+100/1 1100+100/1 "},
	{"neighbours become one",
	 {{0, 0, 10, 0}, {10, 500, 20, 0}, {30, 100, 5, 0}},
	 {{0}},
	 0,
	 "0+35/3 "},
	{"not over a hole",
	 {{0, 0, 10, 0}, {11, 10, 10, 0}},
	 {{0}},
	 0,
	 "0+10/1 11+10/1 "},
	{"not written with unwritten",
	 {{0, 0, 10, 0}, {10, 10, 10, 1}, {20, 50, 10, 1}},
	 {{0}},
	 0,
	 "0+10/1 10+20/2 "},
	{"at most a piece",
	 {{0, 0, 520, 0}},
	 {{0}},
	 0,
	 "0+256/1 256+256/1 512+8/1 "},
	{"a piece is filled",
	 {{0, 0, 200, 0}, {200, 300, 100, 0}},
	 {{0}},
	 0,
	 "0+256/2 256+44/1 "},
	{"up to the end", {{0, 0, 100, 0}}, {{0}}, 30, "0+30/1 "},
	{"beyond the end",
	 {{0, 0, 30, 0}, {40, 50, 10, 0}},
	 {{0}},
	 30,
	 "0+30/1 "},
	{"a range, grown to blocks",
	 {{0, 0, 100, 0}},
	 {{10 * BLOCK + 1, 12 * BLOCK + 1}},
	 0,
	 "10+3/1 "},
	{"two ranges",
	 {{0, 0, 100, 0}, {100, 300, 100, 0}},
	 {{90 * BLOCK, 110 * BLOCK}, {150 * BLOCK, ~0ULL}},
	 0,
	 "90+20/2 150+50/1 "},
	{"two ranges in one block",
	 {{0, 0, 100, 0}},
	 {{10 * BLOCK, 10 * BLOCK + 5}, {10 * BLOCK + 7, 11 * BLOCK + 1}},
	 0,
	 "10+2/1 "},
};

static void plan(const struct file *file, struct move_plan *out)
{
	struct area_range ranges[] = {{1000 * BLOCK, 2000 * BLOCK}};
	const struct area area = {ranges, 1};
	const struct move_plan_limits limits = {
		.piece_bytes = 256 * BLOCK,
		.end = file->end ? file->end * BLOCK : ~0ULL,
	};
	size_t n_ranges = !!file->ranges[0].end + !!file->ranges[1].end;
	struct file_extents extents = {0};

	for (size_t i = 0; i < 4 && file->extents[i].bytes; i++) {
		struct file_extent extent = file->extents[i];

		extent.logical *= BLOCK;
		extent.physical *= BLOCK;
		extent.bytes *= BLOCK;
		assert_int_equal(file_extents_add(&extents, &extent), 0);
	}
	assert_int_equal(move_plan_outside(&extents, &limits, &area, BLOCK,
					   n_ranges ? file->ranges : NULL,
					   n_ranges, out),
			 0);
	file_extents_free(&extents);
}

static void test_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct move_plan out;
		char text[128] = "";
		__u64 bytes = 0;

		print_message("%s\n", files[i].what);
		plan(&files[i], &out);
		for (size_t k = 0; k < out.n; k++) {
			const struct move_piece *piece = &out.pieces[k];

			sprintf(text + strlen(text), "%llu+%llu/%zu ",
				piece->start / BLOCK, piece->bytes / BLOCK,
				piece->n_extents);
			bytes += piece->bytes;
		}
		assert_string_equal(text, files[i].plan);
		assert_int_equal(out.bytes, bytes);
		move_plan_free(&out);
	}
}

static void test_all(void **state)
{
	struct file_extent extents[] = {{10, 500, 5, 1}, {15, 900, 7, 1}};
	const struct file_extents donor = {extents, 2};
	struct move_plan out;

	(void)state;
	assert_int_equal(move_plan_all(&donor, &out), 0);
	assert_int_equal(out.n, 2);
	assert_int_equal(out.bytes, 12);
	assert_int_equal(out.pieces[1].start, 15);
	assert_int_equal(out.pieces[1].bytes, 7);
	move_plan_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
