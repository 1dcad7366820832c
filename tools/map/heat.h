/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where on the disk the hottest ranges of files are: temperature per flexible
 * group. A range is led to its blocks by FIEMAP of its file, a few ranges a
 * call, as that opens the file; where one lies is remembered for a while.
 */
#ifndef FRSP_HEAT_MAP_H
#define FRSP_HEAT_MAP_H

#include "heat/monitor.h"

struct heat_map;

/* Of a filesystem: dev as .fs_dev of the rows; groups of flex_bytes each,
 * n_flex of them. NULL: no memory.
 */
struct heat_map *heat_map_new(__u32 dev, __u64 flex_bytes, __u32 n_flex);
void heat_map_free(struct heat_map *map);

/* Takes the rows, hottest first; paths are the monitor's. 0 or -ENOMEM. */
int heat_map_refresh(struct heat_map *map, struct hot_monitor *monitor,
		     const struct hot_rows *ranges);

/* Of flexible groups [first, end): the sum of temperatures, as a share of the
 * hottest group's, so it may be above 1 for several; 0: nothing is hot there.
 */
double heat_map_value(const struct heat_map *map, __u32 first, __u32 end);

#endif
