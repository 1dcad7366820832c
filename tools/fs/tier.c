// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/tier.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sysfs.h"

/* The kernel lets no device be above itself, but tables may change while we
 * read them, and then seem to form a loop.
 */
#define MAX_DEPTH 16

static void device_dir(const struct tier_source *source, __u32 dev,
		       char dir[PATH_MAX])
{
	snprintf(dir, PATH_MAX, "%s/dev/block/%u:%u", source->sys,
		 kdev_major(dev), kdev_minor(dev));
}

/* If the piece is on a partition, changes it to the same piece of the whole
 * disk. 0 or -errno.
 */
static int to_whole_disk(const struct tier_source *source,
			 struct tier_piece *piece)
{
	char dir[PATH_MAX], dev[32];
	__u64 number, start;
	int err;

	device_dir(source, piece->dev, dir);
	err = sysfs_read_u64(dir, "partition", &number);
	if (err)
		return err == -ENOENT ? 0 : err;
	err = sysfs_read_u64(dir, "start", &start);
	if (!err)
		err = sysfs_read_line(dir, "../dev", dev, sizeof(dev));
	if (err)
		return err;
	if (!mount_parse_dev(dev, &piece->dev) ||
	    start > (~0ULL - piece->dev_start) >> TIER_SECTOR_SHIFT)
		return -EINVAL;
	piece->dev_start += start << TIER_SECTOR_SHIFT;
	return 0;
}

/* Follows a piece down to the disks, and adds its parts there to map. */
static int add_bottom(const struct tier_source *source, struct tier_piece piece,
		      int depth, struct tier_map *map)
{
	struct tier_map table = {0}, below = {0};
	int err = depth ? to_whole_disk(source, &piece) : -ELOOP;

	if (err)
		return err;
	if (!source->dm_major || kdev_major(piece.dev) != source->dm_major)
		return tier_map_add(map, &piece);
	err = source->read_table(piece.dev, &table);
	if (!err)
		err = tier_map_add_below(&below, &piece, &table);
	tier_map_free(&table);
	for (size_t i = 0; !err && i < below.n; i++)
		err = below.pieces[i].dev == piece.dev
			      ? tier_map_add(map, &below.pieces[i])
			      : add_bottom(source, below.pieces[i], depth - 1,
					   map);
	tier_map_free(&below);
	return err;
}

static enum tier_class class_of(const struct tier_source *source, __u32 dev)
{
	char dir[PATH_MAX];
	__u64 rotational;

	device_dir(source, dev, dir);
	if (sysfs_read_u64(dir, "queue/rotational", &rotational))
		return TIER_UNKNOWN;
	return rotational ? TIER_SLOW : TIER_FAST;
}

static unsigned int index_of(const struct tiers *tiers, __u32 dev)
{
	unsigned int i = 0;

	while (i < tiers->n && tiers->tiers[i].dev != dev)
		i++;
	return i;
}

/* Inserts a tier behind those of its class and before those of the next. */
static void insert(struct tiers *tiers, const struct tier *tier)
{
	unsigned int i = tiers->n++;

	for (; i && tiers->tiers[i - 1].class > tier->class; i--)
		tiers->tiers[i] = tiers->tiers[i - 1];
	tiers->tiers[i] = *tier;
}

/* Makes a tier of each disk in the map. */
static int number(const struct tier_source *source, const struct tier_map *map,
		  struct tiers *tiers)
{
	for (size_t i = 0; i < map->n; i++) {
		struct tier tier = {.dev = map->pieces[i].dev};

		if (index_of(tiers, tier.dev) < tiers->n)
			continue;
		if (tiers->n == TIER_MAX)
			return -E2BIG;
		tier.class = class_of(source, tier.dev);
		mount_name_or_number(tier.dev, tier.name);
		mount_name_for_people(tier.name, tier.shown);
		insert(tiers, &tier);
	}
	return 0;
}

/* Makes extents of the pieces. Neighbouring pieces on one disk become one
 * extent, wherever they are on the disk.
 */
static int add_extents(const struct tier_map *map, struct tiers *tiers)
{
	struct tier_extent *last = NULL;

	tiers->extents = calloc(map->n, sizeof(*tiers->extents));
	if (map->n && !tiers->extents)
		return -ENOMEM;
	for (size_t i = 0; i < map->n; i++) {
		const struct tier_piece *piece = &map->pieces[i];
		unsigned int tier = index_of(tiers, piece->dev);

		tiers->tiers[tier].bytes += piece->bytes;
		if (last && last->tier == tier &&
		    last->start + last->bytes == piece->start) {
			last->bytes += piece->bytes;
			continue;
		}
		last = &tiers->extents[tiers->n_extents++];
		*last = (struct tier_extent){piece->start, piece->bytes, tier};
	}
	return 0;
}

int tiers_read(const struct tier_source *source, __u32 dev, struct tiers *tiers)
{
	struct tier_map map = {0};
	char dir[PATH_MAX];
	__u64 n_sectors;
	int err;

	*tiers = (struct tiers){0};
	device_dir(source, dev, dir);
	err = sysfs_read_u64(dir, "size", &n_sectors);
	if (!err && n_sectors > ~0ULL >> TIER_SECTOR_SHIFT)
		err = -EINVAL;
	if (!err)
		err = add_bottom(source,
				 (struct tier_piece){
					 .bytes = n_sectors
						  << TIER_SECTOR_SHIFT,
					 .dev = dev,
				 },
				 MAX_DEPTH, &map);
	if (!err)
		err = number(source, &map, tiers);
	if (!err)
		err = add_extents(&map, tiers);
	tier_map_free(&map);
	if (err)
		tiers_free(tiers);
	return err;
}

void tiers_free(struct tiers *tiers)
{
	free(tiers->extents);
	*tiers = (struct tiers){0};
}

/* The index of the first extent that ends behind start. */
static size_t first_behind(const struct tiers *tiers, __u64 start)
{
	size_t low = 0, high = tiers->n_extents;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct tier_extent *extent = &tiers->extents[middle];

		if (extent->start + extent->bytes > start)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

__u64 tiers_in(const struct tiers *tiers, __u64 start, __u64 end)
{
	__u64 in = 0;

	for (size_t i = first_behind(tiers, start);
	     i < tiers->n_extents && tiers->extents[i].start < end; i++)
		in |= 1ULL << tiers->extents[i].tier;
	return in;
}

void tiers_add_bytes(const struct tiers *tiers, __u64 start, __u64 end,
		     __u64 bytes[TIER_MAX])
{
	for (size_t i = first_behind(tiers, start);
	     i < tiers->n_extents && tiers->extents[i].start < end; i++) {
		const struct tier_extent *on = &tiers->extents[i];
		__u64 from = on->start > start ? on->start : start;
		__u64 to = on->start + on->bytes;

		bytes[on->tier] += (to < end ? to : end) - from;
	}
}
