/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which block groups each cell of a map shows, for a zoom and a pan.
 *
 * Example: 1000 groups, room for 100 cells.
 *
 *   zoom 0          a cell shows 10 groups: all are in sight
 *   zoom 1, pan 0   a cell shows 5: groups 0 to 499 are in sight
 *   zoom 1, pan 1   250 to 749: half of the room (50 cells) further
 *   zoom 1, pan 2   500 to 999: the end
 *
 * A cell shows at least one group, so up to 100 groups have a cell each.
 */
#ifndef FRSP_MAP_GRID_H
#define FRSP_MAP_GRID_H

#include <linux/types.h>

struct map_grid {
	__u32 n_groups;
	__u32 per_cell; /* groups that a cell shows */
	__u32 first;	/* the first group in sight */
	__u32 n_cells;	/* cells that show something, at most the room */
	/* a greater zoom or pan changes nothing */
	__u32 last_zoom;
	__u32 last_pan;
};

/* n_groups and room (in cells) are at least 1. With zoom 0 all
 * groups are in sight. Each step of zoom halves what a cell shows. Each step of
 * pan moves on by half of the room, but not beyond the place where the last
 * cells fill the room.
 */
struct map_grid map_grid(__u32 n_groups, __u32 room, __u32 zoom, __u32 pan);

/* The groups [*first, *end) that a cell shows; cell is below n_cells. */
void map_grid_groups(const struct map_grid *grid, __u32 cell, __u32 *first,
		     __u32 *end);

#endif
