// SPDX-License-Identifier: GPL-2.0-or-later
#include "map/grid.h"

static __u32 round_up_div(__u64 dividend, __u32 divisor)
{
	return (dividend + divisor - 1) / divisor;
}

static __u32 log2_of(__u32 n)
{
	return 31 - __builtin_clz(n);
}

/* The most cells that a group can have. */
static __u32 most_cells(const struct map_shape *shape)
{
	__u32 countable = ~0U / shape->n_groups;

	return shape->group_parts < countable ? shape->group_parts : countable;
}

/* Sets .per_cell, .cells_per_group and .last_zoom. */
static void set_zoom(struct map_grid *grid, __u32 room, __u32 zoom)
{
	const struct map_shape *shape = &grid->shape;
	__u32 all = round_up_div(shape->n_groups, room), coarse = log2_of(all);
	__u32 most = most_cells(shape), cells = room / shape->n_groups;

	if (!cells)
		cells = 1;
	if (cells > most)
		cells = most;
	grid->last_zoom = coarse + log2_of(most / cells);
	zoom = zoom < grid->last_zoom ? zoom : grid->last_zoom;
	grid->per_cell = zoom < coarse ? all >> zoom : 1;
	grid->cells_per_group = zoom < coarse ? 1 : cells << (zoom - coarse);
}

/* The cells of all groups. The last group may have fewer than the others. */
static __u32 all_cells(const struct map_grid *grid)
{
	const struct map_shape *shape = &grid->shape;
	__u32 last;

	if (grid->cells_per_group == 1)
		return round_up_div(shape->n_groups, grid->per_cell);
	last = round_up_div((__u64)shape->last_parts * grid->cells_per_group,
			    shape->group_parts);
	return (shape->n_groups - 1) * grid->cells_per_group + last;
}

struct map_grid map_grid(const struct map_shape *shape, __u32 room, __u32 zoom,
			 __u32 pan)
{
	struct map_grid grid = {.shape = *shape};
	__u32 step, beyond, left;

	set_zoom(&grid, room, zoom);
	/* in cells: left is all there is, beyond is what is out of sight */
	left = all_cells(&grid);
	step = room / 2 ? room / 2 : 1;
	beyond = left > room ? left - room : 0;
	grid.last_pan = round_up_div(beyond, step);
	if (pan < grid.last_pan)
		beyond = pan * step;
	grid.first = beyond * grid.per_cell;
	grid.n_cells = left - beyond < room ? left - beyond : room;
	return grid;
}

void map_grid_groups(const struct map_grid *grid, __u32 cell, __u32 *first,
		     __u32 *end)
{
	__u32 n_groups = grid->shape.n_groups;
	__u64 from = grid->first + (__u64)cell * grid->per_cell;
	__u64 to = from + grid->per_cell;

	if (grid->cells_per_group > 1) {
		*first = from / grid->cells_per_group;
		*end = *first + 1;
		return;
	}
	*first = from;
	*end = to < n_groups ? to : n_groups;
}

void map_grid_part(const struct map_grid *grid, __u32 cell, __u32 *from,
		   __u32 *to)
{
	__u32 nth = (grid->first + cell) % grid->cells_per_group;
	__u64 parts = grid->shape.group_parts;

	*from = nth * parts / grid->cells_per_group;
	*to = (nth + 1) * parts / grid->cells_per_group;
}
