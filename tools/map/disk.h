/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that a map shows of one ext4 filesystem: its groups, where it is hot, and
 * its tiers. Maps are kept, as they are read a part at a time.
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
	/* what follows is its own */
	struct tiers tiers;
	int tiers_err;
	__u64 tiers_ns; /* when they were read; 0: not yet */
	__u64 ns;	/* when all else was refreshed */
	__u64 bytes;	/* another size, other groups */
	__u32 dev;
	struct disk_map *next;
};

/* A moment of a filesystem. */
struct disk_map_now {
	__u32 dev; /* kernel dev_t */
	__u64 bytes;
	__u64 ns; /* the same again: nothing is to be refreshed */
	/* where frsp.ko can be asked; NULL: it is not there */
	const struct mount_entry *mount;
	struct hot_monitor *monitor;
	const struct hot_rows *ranges; /* NULL: the heat is not known */
};

/* The filesystem's map, from the list or new in it, with some of the groups
 * read again: of a new one all. 0 or -errno.
 */
int disk_map_get(struct disk_map **list, const struct disk_map_now *now,
		 struct disk_map **map);

/* Its tiers, read anew every few seconds. 0, or -errno: there are none. */
int disk_map_tiers(struct disk_map *map, const struct tiers **tiers);

/* A map keeps the device from being detached. */
void disk_map_forget(struct disk_map **list, __u32 dev);
void disk_maps_free(struct disk_map **list);

#endif
