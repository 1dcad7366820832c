// SPDX-License-Identifier: GPL-2.0-or-later
#include "map/grid.h"

static __u32 round_up_div(__u64 dividend, __u32 divisor)
{
	return (dividend + divisor - 1) / divisor;
}

struct map_grid map_grid(__u32 n_groups, __u32 room, __u32 zoom, __u32 pan)
{
	struct map_grid grid = {.n_groups = n_groups};
	__u32 all = round_up_div(n_groups, room), step, beyond, left;

	while (all >> grid.last_zoom > 1)
		grid.last_zoom++;
	zoom = zoom < grid.last_zoom ? zoom : grid.last_zoom;
	grid.per_cell = all >> zoom;
	/* in cells: left is all there is, beyond is what is out of sight */
	left = round_up_div(n_groups, grid.per_cell);
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
	__u64 from = grid->first + (__u64)cell * grid->per_cell;
	__u64 to = from + grid->per_cell;

	*first = from;
	*end = to < grid->n_groups ? to : grid->n_groups;
}
