// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the offset that makes a place the goal. */
#include <stdbool.h>

#include "move/anchor.h"
#include "suite.h"

#define MIDDLE (1ULL << 31)

static const struct row {
	const char *what;
	struct anchor_aim aim;
	bool found;
	__u64 offset;
} rows[] = {
	{"the example in anchor.h",
	 {MIDDLE, 33281, 786432, 819200, 256, 1, 0, 0},
	 true,
	 MIDDLE + 786432 - 33281},
	{"before the anchor",
	 {MIDDLE, 786432, 32768, 65536, 256, 1, 0, 0},
	 true,
	 MIDDLE + 32768 - 786432},
	{"the offset's remainder",
	 {MIDDLE, 1001, 8193, 16385, 8, 4, 3, 0},
	 true,
	 MIDDLE + 8196 - 1001},
	{"the anchor is the group's first",
	 {MIDDLE, 8193, 8193, 16385, 8, 1, 0, 0},
	 true,
	 MIDDLE + 1},
	{"the anchor is inside of what is wanted",
	 {MIDDLE, 8200, 8193, 16385, 8, 1, 0, 0},
	 true,
	 MIDDLE + 1},
	{"the anchor is behind it, in the group",
	 {MIDDLE, 8201, 8193, 16385, 8, 1, 0, 0},
	 true,
	 MIDDLE + 1},
	{"the anchor is the group's last",
	 {MIDDLE, 16384, 16384, 16385, 8, 1, 0, 0},
	 false,
	 0},
	{"before the file's first", {5, 1000, 100, 200, 8, 1, 0, 0}, false, 0},
	{"behind the anchor, not before the file's first",
	 {5, 1000, 992, 2000, 8, 1, 0, 0},
	 true,
	 6},
	{"the file's first", {900, 1000, 100, 200, 8, 1, 0, 0}, true, 0},
	{"the file's last",
	 {MIDDLE, 0, MIDDLE - 10, MIDDLE + 10, 8, 1, 0, 0},
	 true,
	 0xfffffff6},
	{"beyond the file's last",
	 {MIDDLE, 0, MIDDLE - 9, MIDDLE + 10, 8, 1, 0, 0},
	 false,
	 0},
};

static void test_offsets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct anchor_aim *aim = &rows[i].aim;
		__u64 offset = 0;

		print_message("%s\n", rows[i].what);
		assert_int_equal(anchor_offset_for(aim, &offset),
				 rows[i].found);
		if (!rows[i].found)
			continue;
		assert_int_equal(offset, rows[i].offset);
		assert_int_equal(offset % aim->unit, aim->remainder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_offsets)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
