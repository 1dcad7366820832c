// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A refresh adds the temperature of each row to one group: the one
 * with the longest extent of the row's range.
 */
#include "map/heat.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <uthash.h>

#include "base/aside.h"
#include "base/clock.h"
#include "fs/quiet_open.h"

/* Ranges that a refresh looks up: that takes a few milliseconds. */
#define MAX_LOOKS 256
/* A range whose blocks were moved is seen at its new place after so long. */
#define PLACE_TTL_S 30
/* Extents of a range (1 MiB) that are compared; more are ignored. */
#define MAX_EXTENTS 16
#define MAX_PLACES  4096
#define NOWHERE	    (~0U)

struct range_key {
	__u64 ino;
	__u32 gen;
	__u32 range;
};

/* The group with the longest extent of a range. */
struct place {
	struct range_key key;
	__u32 group; /* NOWHERE: the range has no blocks, or was not found */
	double looked_s; /* monotonic time of the look-up */
	UT_hash_handle hh;
};

struct heat_map {
	__u32 dev;
	__u64 group_bytes;
	__u32 n_groups;
	double *heat; /* by group */
	double hottest;
	struct place *places; /* uthash */
};

struct heat_map *heat_map_new(__u32 dev, __u64 group_bytes, __u32 n_groups)
{
	struct heat_map *map = calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	*map = (struct heat_map){
		.dev = dev,
		.group_bytes = group_bytes,
		.n_groups = n_groups,
		.heat = calloc(n_groups, sizeof(*map->heat)),
	};
	if (map->heat)
		return map;
	free(map);
	return NULL;
}

static void forget_places(struct heat_map *map)
{
	struct place *place, *next;

	HASH_ITER (hh, map->places, place, next) {
		HASH_DEL(map->places, place);
		free(place);
	}
}

void heat_map_free(struct heat_map *map)
{
	if (!map)
		return;
	forget_places(map);
	free(map->heat);
	free(map);
}

/*
 * Opens the file at path if it is this inode; returns -1 if not. The owner of a
 * directory above may put anything at path, such as a device. So O_PATH, which
 * does not open what it finds, comes first, and the file is opened only when it
 * is known to be a regular file and that inode.
 */
static int open_inode(const char *path, __u64 ino, __u32 dev)
{
	int fd = -1, place = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	char link[64];
	struct stat st;

	if (place < 0)
		return -1;
	if (!fstat(place, &st) && S_ISREG(st.st_mode) && st.st_ino == ino &&
	    kdev_from_user(st.st_dev) == dev) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
		fd = quiet_open(AT_FDCWD, link, 0, 0);
	}
	close(place);
	return fd;
}

/* Sets *physical to the first byte, on the device, of the range's longest
 * extent.
 */
static int find_range(int fd, __u32 range, __u64 *physical)
{
	union {
		struct fiemap map;
		char room[sizeof(struct fiemap) +
			  MAX_EXTENTS * sizeof(struct fiemap_extent)];
	} query = {.map = {
			   .fm_start = (__u64)range << FRSP_HOT_RANGE_SHIFT,
			   .fm_length = 1ULL << FRSP_HOT_RANGE_SHIFT,
			   .fm_extent_count = MAX_EXTENTS,
		   }};
	const struct fiemap_extent *longest = NULL;

	if (ioctl(fd, FS_IOC_FIEMAP, &query.map))
		return -errno;
	for (__u32 i = 0; i < query.map.fm_mapped_extents; i++) {
		const struct fiemap_extent *extent = &query.map.fm_extents[i];

		if (extent->fe_flags & FIEMAP_EXTENT_UNKNOWN)
			continue;
		if (!longest || extent->fe_length > longest->fe_length)
			longest = extent;
	}
	if (!longest)
		return -ENODATA;
	*physical = longest->fe_physical;
	return 0;
}

struct range_query {
	char path[PATH_MAX];
	__u64 ino;
	__u32 dev, range;
	__u64 physical; /* the answer */
};

/* For aside(): the filesystem may not answer. */
static int ask_file(void *message, int *no_fd)
{
	struct range_query *query = message;
	int fd = open_inode(query->path, query->ino, query->dev), err;

	(void)no_fd;
	if (fd < 0)
		return -ENOENT;
	err = find_range(fd, query->range, &query->physical);
	close(fd);
	return err;
}

static __u32 look(const struct heat_map *map, struct hot_monitor *monitor,
		  const struct hot_rows *ranges, __u32 nth)
{
	const struct hot_row *row = &ranges->rows[nth];
	struct range_query query = {
		.ino = row->ino, .dev = row->fs_dev, .range = row->range};
	__u64 group;

	hot_monitor_name(monitor, ranges, nth, 1);
	if (row->file->state != PATH_KNOWN || !row->file->path)
		return NOWHERE;
	strcpy(query.path, row->file->path);
	if (aside(ask_file, &query, sizeof(query), row->file->hang_id, NULL))
		return NOWHERE;
	group = query.physical / map->group_bytes;
	return group < map->n_groups ? group : NOWHERE;
}

/* Sets *group to where the nth range is: the remembered place if it is not too
 * old, else a new look-up while *looks last, else the old place or NOWHERE.
 */
static int find_place(struct heat_map *map, struct hot_monitor *monitor,
		      const struct hot_rows *ranges, __u32 nth, int *looks,
		      __u32 *group)
{
	const struct hot_row *row = &ranges->rows[nth];
	struct range_key key;
	struct place *place;
	double now_s = clock_monotonic_s();

	memset(&key, 0, sizeof(key));
	key.ino = row->ino;
	key.gen = row->gen;
	key.range = row->range;
	HASH_FIND(hh, map->places, &key, sizeof(key), place);
	if (place && (now_s - place->looked_s < PLACE_TTL_S || !*looks)) {
		*group = place->group;
		return 0;
	}
	*group = NOWHERE;
	if (!*looks)
		return 0;
	--*looks;
	if (!place) {
		place = calloc(1, sizeof(*place));
		if (!place)
			return -ENOMEM;
		place->key = key;
		HASH_ADD(hh, map->places, key, sizeof(key), place);
	}
	place->group = look(map, monitor, ranges, nth);
	place->looked_s = now_s;
	*group = place->group;
	return 0;
}

int heat_map_refresh(struct heat_map *map, struct hot_monitor *monitor,
		     const struct hot_rows *ranges)
{
	int looks = MAX_LOOKS, err = 0;

	memset(map->heat, 0, map->n_groups * sizeof(*map->heat));
	map->hottest = 0;
	if (HASH_COUNT(map->places) > MAX_PLACES)
		forget_places(map);
	for (__u32 i = 0; i < ranges->n_rows && !err; i++) {
		const struct hot_row *row = &ranges->rows[i];
		__u32 group;

		if (row->fs_dev != map->dev)
			continue;
		err = find_place(map, monitor, ranges, i, &looks, &group);
		if (err || group == NOWHERE)
			continue;
		map->heat[group] += row->temperature;
		if (map->heat[group] > map->hottest)
			map->hottest = map->heat[group];
	}
	return err;
}

double heat_map_value(const struct heat_map *map, __u32 first, __u32 end)
{
	double sum = 0;

	for (__u32 group = first; group < end && group < map->n_groups; group++)
		sum += map->heat[group];
	return map->hottest > 0 ? sum / map->hottest : 0;
}
