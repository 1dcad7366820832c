/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which bytes of a block device are where on others: a table of device-mapper,
 * or what several of them, one above the other, come to. Knows only numbers and
 * text.
 */
#ifndef FRSP_TIER_MAP_H
#define FRSP_TIER_MAP_H

#include <stddef.h>
#include <linux/types.h>

#define TIER_SECTOR_SHIFT 9

struct tier_piece {
	__u64 start, bytes; /* here */
	__u32 dev;	    /* kernel dev_t of the other device */
	__u64 dev_start;
};

/* In order; what no piece has is nowhere. All zero: empty. */
struct tier_map {
	struct tier_piece *pieces;
	size_t n;
};

void tier_map_free(struct tier_map *map);

/* All that add return 0 or -ENOMEM, or -EINVAL: it begins before the last one
 * ends, has no bytes, or goes beyond 2^64 of them. What goes on where the last
 * one ends, here and there, is made one with it.
 */
int tier_map_add(struct tier_map *map, const struct tier_piece *piece);

/* A target as device-mapper tells it, in sectors. One that is not linear has
 * its place on the device itself, dev. Parameters that cannot be read are
 * -EINVAL, too.
 */
int tier_map_add_target(struct tier_map *map, __u32 dev, __u64 start_sectors,
			__u64 n_sectors, const char *type, const char *params);

/* Adds what a piece is by the map of its device. */
int tier_map_add_below(struct tier_map *map, const struct tier_piece *piece,
		       const struct tier_map *of_dev);

#endif
