// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the map's cells: they show each group once, and no others. */
#include "map/grid.h"
#include "suite.h"

struct grid_case {
	__u32 n_groups, room, zoom, pan;
	__u32 per_cell, first, n_cells, last_zoom, last_pan;
};

static const struct grid_case cases[] = {
	/* one group, with any zoom and pan */
	{1, 1280, 0, 0, 1, 0, 1, 0, 0},
	{1, 1280, 20, 1000, 1, 0, 1, 0, 0},
	{1, 1, 20, ~0U, 1, 0, 1, 0, 0},
	/* as many as there is room for, and one more */
	{1280, 1280, 0, 0, 1, 0, 1280, 0, 0},
	{1281, 1280, 0, 0, 2, 0, 641, 1, 0},
	{1281, 1280, 1, 0, 1, 0, 1280, 1, 1},
	{1281, 1280, 1, 1, 1, 1, 1280, 1, 1},
	/* 10 000 groups: 8 a cell, 4, 2, 1 */
	{10000, 1280, 0, 0, 8, 0, 1250, 3, 0},
	{10000, 1280, 0, 5, 8, 0, 1250, 3, 0},
	{10000, 1280, 1, 0, 4, 0, 1280, 3, 2},
	{10000, 1280, 1, 1, 4, 2560, 1280, 3, 2},
	{10000, 1280, 1, 2, 4, 4880, 1280, 3, 2},
	{10000, 1280, 1, 3, 4, 4880, 1280, 3, 2},
	{10000, 1280, 3, 0, 1, 0, 1280, 3, 14},
	{10000, 1280, 20, ~0U, 1, 8720, 1280, 3, 14},
	/* the largest group number */
	{~0U, 1, 0, 0, ~0U, 0, 1, 31, 0},
	{~0U, 1, 31, ~0U, 1, ~0U - 1, 1, 31, ~0U - 1},
	{4, 2, 0, 0, 2, 0, 2, 1, 0},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct grid_case *one = &cases[i];
		struct map_grid grid =
			map_grid(one->n_groups, one->room, one->zoom, one->pan);

		print_message("case %zu\n", i);
		assert_int_equal(grid.per_cell, one->per_cell);
		assert_int_equal(grid.first, one->first);
		assert_int_equal(grid.n_cells, one->n_cells);
		assert_int_equal(grid.last_zoom, one->last_zoom);
		assert_int_equal(grid.last_pan, one->last_pan);
	}
}

/* Cells follow each other without a gap, and none is empty. */
static void check_cells(const struct map_grid *grid, __u32 room)
{
	__u32 first, end, before;

	assert_in_range(grid->n_cells, 1, room);
	map_grid_groups(grid, 0, &first, &before);
	assert_int_equal(first, grid->first);
	before = first;
	for (__u32 cell = 0; cell < grid->n_cells; cell++) {
		map_grid_groups(grid, cell, &first, &end);
		assert_int_equal(first, before);
		assert_true(end > first);
		assert_true(end <= grid->n_groups);
		before = end;
	}
}

/* The pans together skip no group, and the last pan ends with the last group.
 * If there are enough groups, it has no empty cell. */
static void check_zoom(__u32 n_groups, __u32 room, __u32 zoom)
{
	struct map_grid grid;
	__u32 seen = 0, first, end;

	grid = map_grid(n_groups, room, zoom, 0);
	for (__u32 pan = 0, last = grid.last_pan; pan <= last; pan++) {
		grid = map_grid(n_groups, room, zoom, pan);
		check_cells(&grid, room);
		assert_int_equal(grid.last_pan, last);
		map_grid_groups(&grid, 0, &first, &end);
		assert_true(first <= seen);
		map_grid_groups(&grid, grid.n_cells - 1, &first, &end);
		assert_true(!pan || end > seen);
		seen = end;
		if (last)
			assert_int_equal(grid.n_cells, room);
	}
	assert_int_equal(seen, n_groups);
}

static void test_all_is_seen(void **state)
{
	static const __u32 n_groups[] = {1, 2, 15, 16, 17, 1000, 4097, 10000};
	static const __u32 rooms[] = {1, 2, 3, 540, 1280};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(n_groups); i++)
		for (size_t k = 0; k < ARRAY_SIZE(rooms); k++)
			for (__u32 zoom = 0; zoom <= 20; zoom++)
				check_zoom(n_groups[i], rooms[k], zoom);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_all_is_seen),
	};

	return cmocka_run_group_tests_name("map_grid", tests, NULL, NULL);
}
