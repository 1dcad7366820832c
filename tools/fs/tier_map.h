/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps the bytes of one block device to bytes of others. A map comes from one
 * table of device-mapper, or combines several tables, one above the other. This
 * file works with numbers and text only, and reads no device.
 */
#ifndef FRSP_TIER_MAP_H
#define FRSP_TIER_MAP_H

#include <stddef.h>
#include <linux/types.h>

#define TIER_SECTOR_SHIFT 9

struct tier_piece {
	__u64 start, bytes; /* on the mapped device */
	__u32 dev;	    /* kernel dev_t of the other device */
	__u64 dev_start;
};

/* The pieces have rising starts. Bytes in no piece are mapped nowhere. All
 * zero: an empty map.
 */
struct tier_map {
	struct tier_piece *pieces;
	size_t n;
};

void tier_map_free(struct tier_map *map);

/* All functions that add a piece return 0; -ENOMEM; or -EINVAL: the piece
 * begins before the last one ends, has no bytes, or ends beyond 2^64 bytes. A
 * piece that continues the last one, on both devices, is merged with it.
 */
int tier_map_add(struct tier_map *map, const struct tier_piece *piece);

/* Adds a target of the table of dev, with the values that device-mapper gives,
 * in sectors. If the target is not linear, its bytes are mapped to themselves,
 * on dev. Returns -EINVAL also if the parameters cannot be parsed.
 */
int tier_map_add_target(struct tier_map *map, __u32 dev, __u64 start_sectors,
			__u64 n_sectors, const char *type, const char *params);

/* Adds the piece with its device replaced by the devices below it. of_dev: the
 * map of the piece's device.
 */
int tier_map_add_below(struct tier_map *map, const struct tier_piece *piece,
		       const struct tier_map *of_dev);

#endif
