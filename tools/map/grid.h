/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which block groups, or parts of them, each cell of a map shows, for a zoom
 * and a pan.
 *
 * Example: 1000 groups, room for 100 cells.
 *
 *   zoom 0          a cell shows 10 groups: all are in sight
 *   zoom 1, pan 0   a cell shows 5: groups 0 to 499 are in sight
 *   zoom 1, pan 1   250 to 749: half of the room (50 cells) further
 *   zoom 1, pan 2   500 to 999: the end
 *   zoom 3          a cell shows 1
 *   zoom 4          a group has 2 cells: groups 0 to 49 are in sight
 *
 * With 30 groups, each has 3 cells at zoom 0, and 6 at zoom 1. The finest cell
 * is a cluster.
 */
#ifndef FRSP_MAP_GRID_H
#define FRSP_MAP_GRID_H

#include <linux/types.h>

/* What there is to show. */
struct map_shape {
	__u32 n_groups; /* at least 1 */
	/* The finest parts of a group, and of the last one, such as clusters.
	 * 1: a cell shows whole groups.
	 */
	__u32 group_parts, last_parts;
};

struct map_grid {
	struct map_shape shape;
	__u32 cells_per_group; /* 1: a cell shows whole groups */
	__u32 per_cell; /* groups that a cell shows; 1 if it shows a part */
	__u32 first;	/* the first group, or cell of a group, in sight */
	__u32 n_cells;	/* cells that show something, at most the room */
	/* a greater zoom or pan changes nothing */
	__u32 last_zoom;
	__u32 last_pan;
};

/* room, in cells, is at least 1. With zoom 0 all groups are in sight, with as
 * many cells as there is room for. Each step of zoom halves what a cell shows.
 * Each step of pan moves on by half of the room, but not beyond the place where
 * the last cells fill the room.
 */
struct map_grid map_grid(const struct map_shape *shape, __u32 room, __u32 zoom,
			 __u32 pan);

/* The groups [*first, *end) that a cell shows, whole or a part of; cell is
 * below n_cells.
 */
void map_grid_groups(const struct map_grid *grid, __u32 cell, __u32 *first,
		     __u32 *end);

/* Of a cell that shows a part of a group: the finest parts [*from, *to) of it,
 * which may end beyond the last group.
 */
void map_grid_part(const struct map_grid *grid, __u32 cell, __u32 *from,
		   __u32 *to);

#endif
