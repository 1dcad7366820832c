// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the cursor in a list that scrolls. */
#include "ui/list_cursor.h"

#include <stdbool.h>

#include "suite.h"

#define FAR 1000000000L

static const struct row {
	struct list_cursor before;
	long by;
	__u32 n, page;
	struct list_cursor after, scrolled;
} rows[] = {
	/* {at, first}, by, n, page: after a move, and after a scroll */
	{{0, 0}, 1, 9, 4, {1, 0}, {1, 1}},
	{{3, 0}, 1, 9, 4, {4, 1}, {1, 1}},
	{{4, 3}, -1, 9, 4, {3, 3}, {2, 2}},
	{{3, 3}, -1, 9, 4, {2, 2}, {2, 2}},
	{{0, 0}, 4, 9, 4, {4, 1}, {4, 4}},
	{{0, 0}, FAR, 9, 4, {8, 5}, {5, 5}},
	{{8, 5}, -FAR, 9, 4, {0, 0}, {0, 0}},
	/* the list has become shorter, or its page longer */
	{{8, 5}, 0, 6, 4, {5, 2}, {2, 2}},
	{{8, 5}, 0, 9, 7, {8, 2}, {2, 2}},
	{{8, 5}, 0, 9, 20, {8, 0}, {0, 0}},
	{{8, 5}, 0, 0, 4, {0, 0}, {0, 0}},
	{{8, 5}, 0, 9, 1, {8, 8}, {5, 5}},
};

static bool same(struct list_cursor a, struct list_cursor b)
{
	return a.at == b.at && a.first == b.first;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		struct list_cursor moved = row->before, scrolled = row->before;

		list_cursor_move(&moved, row->by, row->n, row->page);
		list_cursor_scroll(&scrolled, row->by, row->n, row->page);
		if (!same(moved, row->after) || !same(scrolled, row->scrolled))
			fail_msg("row %zu: {%u, %u}, {%u, %u}", i, moved.at,
				 moved.first, scrolled.at, scrolled.first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
