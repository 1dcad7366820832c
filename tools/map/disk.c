// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps a map per device number. A filesystem whose size has changed gets a new
 * map.
 */
#include "map/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <blkid/blkid.h>

#include "base/clock.h"
#include "fs/dm_table.h"

/* Groups that a refresh reads: that takes about a millisecond. */
#define SOME_GROUPS 4096

/* A device-mapper table that is replaced (lvextend, pvmove) is seen by then. */
#define TIERS_TTL_S 10

static void free_map(struct disk_map *map)
{
	heat_map_free(map->heat);
	fs_map_close(map->groups);
	tiers_free(&map->tiers);
	free(map);
}

void disk_map_forget(struct disk_map **list, __u32 dev)
{
	struct disk_map *map;

	for (; (map = *list); list = &map->next)
		if (map->dev == dev) {
			*list = map->next;
			free_map(map);
			return;
		}
}

void disk_maps_free(struct disk_map **list)
{
	while (*list)
		disk_map_forget(list, (*list)->dev);
}

static int open_groups(struct disk_map *map)
{
	char *node = blkid_devno_to_devname(kdev_to_user(map->dev));
	int err = node ? fs_map_open(node, &map->groups) : -ENODEV;

	free(node);
	return err;
}

static int open_map(const struct disk_map_now *now, struct disk_map **out)
{
	struct disk_map *map = calloc(1, sizeof(*map));
	int err;

	if (!map)
		return -ENOMEM;
	map->dev = now->dev;
	map->bytes = now->bytes;
	err = open_groups(map);
	if (!err) {
		map->heat = heat_map_new(now->dev, map->groups);
		err = map->heat ? 0 : -ENOMEM;
	}
	if (err)
		free_map(map);
	else
		*out = map;
	return err;
}

static struct disk_map *find(struct disk_map *map, __u32 dev)
{
	while (map && map->dev != dev)
		map = map->next;
	return map;
}

static int refresh(struct disk_map *map, const struct disk_map_now *now,
		   __u32 n_groups)
{
	int fs = now->mount ? mount_entry_open(now->mount) : -1;
	int err = fs_map_refresh(map->groups, n_groups, fs);

	if (fs >= 0)
		close(fs);
	if (!err && now->ranges)
		err = heat_map_refresh(map->heat, now->monitor, now->ranges);
	map->ns = now->ns;
	return err;
}

int disk_map_get(struct disk_map **list, const struct disk_map_now *now,
		 struct disk_map **out)
{
	struct disk_map *map = find(*list, now->dev);
	bool fresh = !map || map->bytes != now->bytes;
	int err = 0;

	if (fresh) {
		disk_map_forget(list, now->dev);
		err = open_map(now, &map);
		if (err)
			return err;
		map->next = *list;
		*list = map;
	}
	*out = map;
	if (map->ns == now->ns)
		return 0;
	return refresh(map, now, fresh ? map->groups->n_groups : SOME_GROUPS);
}

int disk_map_tiers(struct disk_map *map, const struct tiers **tiers)
{
	if (!map->tiers_ns ||
	    map->ns - map->tiers_ns >= TIERS_TTL_S * NSEC_PER_SEC) {
		struct tier_source source = dm_table_source();

		tiers_free(&map->tiers);
		map->tiers_err = tiers_read(&source, map->dev, &map->tiers);
		map->tiers_ns = map->ns;
	}
	*tiers = &map->tiers;
	return map->tiers_err;
}
