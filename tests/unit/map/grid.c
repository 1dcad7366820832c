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
		const struct map_shape shape = {one->n_groups, 1, 1};
		struct map_grid grid =
			map_grid(&shape, one->room, one->zoom, one->pan);

		print_message("case %zu\n", i);
		assert_int_equal(grid.cells_per_group, 1);
		assert_int_equal(grid.per_cell, one->per_cell);
		assert_int_equal(grid.first, one->first);
		assert_int_equal(grid.n_cells, one->n_cells);
		assert_int_equal(grid.last_zoom, one->last_zoom);
		assert_int_equal(grid.last_pan, one->last_pan);
	}
}

struct part_case {
	struct map_shape shape;
	__u32 room, zoom, pan;
	__u32 cells_per_group, per_cell, first, n_cells, last_zoom, last_pan;
};

static const struct part_case part_cases[] = {
	/* as many cells as there is room for, but no more than there are parts */
	{{30, 32768, 32768}, 100, 0, 0, 3, 1, 0, 90, 13, 0},
	{{30, 32768, 32768}, 100, 1, 0, 6, 1, 0, 100, 13, 2},
	{{30, 32768, 32768}, 100, 1, 2, 6, 1, 80, 100, 13, 2},
	{{1, 32768, 32768}, 1280, 0, 0, 1280, 1, 0, 1280, 4, 0},
	{{1, 32768, 32768}, 1280, 4, 0, 20480, 1, 0, 1280, 4, 30},
	{{2, 8, 8}, 1280, 0, 0, 8, 1, 0, 16, 0, 0},
	/* the last group is shorter: 3 of 8 parts, of 4 cells 2 */
	{{3, 8, 3}, 12, 0, 0, 4, 1, 0, 10, 1, 0},
	{{3, 8, 8}, 12, 0, 0, 4, 1, 0, 12, 1, 0},
	/* more groups than room: the parts come behind the groups */
	{{1000, 1024, 1024}, 100, 0, 0, 1, 10, 0, 100, 13, 0},
	{{1000, 1024, 1024}, 100, 3, 0, 1, 1, 0, 100, 13, 18},
	{{1000, 1024, 1024}, 100, 4, 0, 2, 1, 0, 100, 13, 38},
	{{1000, 1024, 1024}, 100, 4, 38, 2, 1, 1900, 100, 13, 38},
	{{1000, 1024, 1024}, 100, 99, 0, 1024, 1, 0, 100, 13, 20478},
	/* so many that their cells could not be counted */
	{{1U << 20, 32768, 32768},
	 1000,
	 99,
	 ~0U,
	 2048,
	 1,
	 (1U << 31) - 1000,
	 1000,
	 21,
	 4294966},
};

static void test_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(part_cases); i++) {
		const struct part_case *one = &part_cases[i];
		struct map_grid grid =
			map_grid(&one->shape, one->room, one->zoom, one->pan);

		print_message("case %zu\n", i);
		assert_int_equal(grid.cells_per_group, one->cells_per_group);
		assert_int_equal(grid.per_cell, one->per_cell);
		assert_int_equal(grid.first, one->first);
		assert_int_equal(grid.n_cells, one->n_cells);
		assert_int_equal(grid.last_zoom, one->last_zoom);
		assert_int_equal(grid.last_pan, one->last_pan);
	}
}

/* What a cell shows, counted in the finest parts of all groups. */
static void cell_span(const struct map_grid *grid, __u32 cell, __u64 *from,
		      __u64 *to)
{
	const __u64 parts = grid->shape.group_parts;
	__u32 first, end, begin, stop;

	map_grid_groups(grid, cell, &first, &end);
	*from = first * parts;
	*to = end * parts;
	if (grid->cells_per_group == 1)
		return;
	assert_int_equal(end, first + 1);
	map_grid_part(grid, cell, &begin, &stop);
	*to = *from + stop;
	*from += begin;
}

/* Cells follow each other without a gap, and none is empty. Returns where they
 * end.
 */
static __u64 check_cells(const struct map_grid *grid, __u32 room, __u64 *begin)
{
	const struct map_shape *shape = &grid->shape;
	__u64 all = (shape->n_groups - 1ULL) * shape->group_parts +
		    shape->last_parts;
	__u64 from, to, before;

	assert_in_range(grid->n_cells, 1, room);
	cell_span(grid, 0, begin, &before);
	before = *begin;
	for (__u32 cell = 0; cell < grid->n_cells; cell++) {
		cell_span(grid, cell, &from, &to);
		assert_int_equal(from, before);
		assert_true(to > from);
		assert_true(from < all);
		before = to;
	}
	return before;
}

/* The pans together skip nothing, and the last pan ends with the last group. If
 * there is enough to show, it has no empty cell.
 */
static void check_zoom(const struct map_shape *shape, __u32 room, __u32 zoom)
{
	struct map_grid grid = map_grid(shape, room, zoom, 0);
	__u64 seen = 0, from, to;

	for (__u32 pan = 0, last = grid.last_pan; pan <= last; pan++) {
		grid = map_grid(shape, room, zoom, pan);
		to = check_cells(&grid, room, &from);
		assert_int_equal(grid.last_pan, last);
		assert_true(from <= seen);
		assert_true(!pan || to > seen);
		seen = to;
		if (last)
			assert_int_equal(grid.n_cells, room);
		if (pan == 3 && last > 8)
			break; /* there are very many */
	}
	if (grid.last_pan <= 8)
		assert_true(seen >=
			    (shape->n_groups - 1ULL) * shape->group_parts +
				    shape->last_parts);
}

static void test_all_is_seen(void **state)
{
	static const __u32 n_groups[] = {1, 2, 15, 16, 17, 1000, 4097, 10000};
	static const __u32 rooms[] = {1, 2, 3, 540, 1280};
	static const __u32 parts[][2] = {{1, 1}, {7, 3}, {1024, 1}, {100, 100}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(n_groups); i++)
		for (size_t k = 0; k < ARRAY_SIZE(rooms); k++)
			for (size_t m = 0; m < ARRAY_SIZE(parts); m++)
				for (__u32 zoom = 0; zoom <= 24; zoom++) {
					const struct map_shape shape = {
						n_groups[i], parts[m][0],
						parts[m][1]};

					check_zoom(&shape, rooms[k], zoom);
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_all_is_seen),
	};

	return cmocka_run_group_tests_name("map_grid", tests, NULL, NULL);
}
