/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where on the disk the hottest ranges of files are: the temperature of each
 * block group. FIEMAP of a file finds the blocks of a range. As that opens
 * the file, a refresh looks up at most 256 ranges, and remembers each place for
 * 30 s.
 */
#ifndef FRSP_HEAT_MAP_H
#define FRSP_HEAT_MAP_H

#include "heat/monitor.h"
#include "map/fs.h"

struct heat_map;

/* A map of the filesystem with this device number, as in .fs_dev of the rows,
 * and these groups, which must stay. Returns NULL without memory.
 */
struct heat_map *heat_map_new(__u32 dev, const struct fs_map *groups);
void heat_map_free(struct heat_map *map);

/* Computes the map anew from the rows, which are sorted, hottest first. The
 * monitor gives their paths. Returns 0 or -ENOMEM.
 */
int heat_map_refresh(struct heat_map *map, struct hot_monitor *monitor,
		     const struct hot_rows *ranges);

/* The sum of temperatures of groups [first, end), relative to the
 * hottest group. So it may be above 1 for several groups; 0: nothing is hot
 * there.
 */
double heat_map_value(const struct heat_map *map, __u32 first, __u32 end);

/* The temperature of the bytes [start, stop) of the filesystem. That of a range
 * is spread evenly over its longest extent.
 */
double heat_map_bytes(const struct heat_map *map, __u64 start, __u64 stop);

#endif
