/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which block groups each cell of a map stands for, by zoom and place. */
#ifndef FRSP_MAP_GRID_H
#define FRSP_MAP_GRID_H

#include <linux/types.h>

struct map_grid {
	__u32 n_groups;
	__u32 groups_per_flex;
	__u32 n_flex;
	__u32 per_cell; /* flexible groups */
	__u32 first;	/* flexible group of the first cell */
	__u32 n_cells;	/* that show something, of those there is room for */
	/* more of either changes nothing */
	__u32 last_zoom;
	__u32 last_pan;
};

/* n_groups, groups_per_flex and room, in cells, are at least 1. Without zoom
 * all groups are in sight; each step of zoom halves what a cell stands for,
 * each one of pan moves on by half of the room. At the end the last cells fill
 * the room.
 */
struct map_grid map_grid(__u32 n_groups, __u32 groups_per_flex, __u32 room,
			 __u32 zoom, __u32 pan);

/* Groups [*first, *end) of a cell, which is one of n_cells. */
void map_grid_groups(const struct map_grid *grid, __u32 cell, __u32 *first,
		     __u32 *end);

#endif
