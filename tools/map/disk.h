/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a map shows of one ext4 filesystem: its groups, where it is hot, and
 * its tiers. The maps are kept in a list, as a refresh reads only a part of
 * one.
 */
#ifndef FRSP_DISK_MAP_H
#define FRSP_DISK_MAP_H

#include <stdbool.h>

#include "fs/mount.h"
#include "fs/tier.h"
#include "map/fs.h"
#include "map/heat.h"

struct disk_map {
	struct fs_map *groups;
	struct heat_map *heat;
	/* private to disk.c */
	struct tiers tiers;
	int tiers_err;
	__u64 tiers_ns; /* when the tiers were read; 0: not yet */
	__u64 ns;	/* when the rest was refreshed */
	__u64 bytes;	/* size of the filesystem */
	__u32 dev;
	struct disk_map *next;
};

/* What a map is refreshed from: one moment of a filesystem. */
struct disk_map_now {
	__u32 dev;   /* kernel dev_t */
	__u64 bytes; /* if it differs, the groups are read anew */
	__u64 ns;    /* as in the last call: refresh nothing */
	/* to ask frsp.ko about the filesystem; NULL: it is not loaded */
	const struct mount_entry *mount;
	struct hot_monitor *monitor;
	const struct hot_rows *ranges; /* NULL: the heat is not known */
};

/* Finds the filesystem's map in the list, or adds one, and refreshes it: some
 * of the groups, or all groups of a new map. Returns 0 or -errno.
 */
int disk_map_get(struct disk_map **list, const struct disk_map_now *now,
		 struct disk_map **map);

/* Gets the tiers of the map, which are read again every 10 s. Returns 0, or
 * -errno: there are none.
 */
int disk_map_tiers(struct disk_map *map, const struct tiers **tiers);

/* Frees the filesystem's map. It holds its device open, which keeps the device
 * from being detached.
 */
void disk_map_forget(struct disk_map **list, __u32 dev);
void disk_maps_free(struct disk_map **list);

#endif
