// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A refresh adds the temperature of each row to one group: the one
 * with the longest extent of the row's range. The extents themselves are a
 * list, for a closer look.
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

/* The longest extent of a range. */
struct place {
	struct range_key key;
	__u32 group; /* NOWHERE: the range has no blocks, or was not found */
	__u64 start, bytes; /* of the filesystem, if it is somewhere */
	double looked_s;    /* monotonic time of the look-up */
	UT_hash_handle hh;
};

/* An extent that is warm. */
struct spot {
	__u64 start, bytes;
	double temperature;
};

struct heat_map {
	__u32 dev;
	const struct fs_map *groups;
	double *heat; /* by group */
	double hottest;
	struct place *places; /* uthash */
	struct spot *spots;   /* by rising start; none overlap */
	__u32 n_spots, max_spots;
};

struct heat_map *heat_map_new(__u32 dev, const struct fs_map *groups)
{
	struct heat_map *map = calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	*map = (struct heat_map){
		.dev = dev,
		.groups = groups,
		.heat = calloc(groups->n_groups, sizeof(*map->heat)),
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
	free(map->spots);
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

/* Finds the range's longest extent: its first byte on the device, and how long
 * it is in the range.
 */
static int find_range(int fd, __u32 range, __u64 *physical, __u64 *bytes)
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
	*bytes = longest->fe_length;
	/* FIEMAP returns extents whole, also what is outside of the range */
	if (longest->fe_logical < query.map.fm_start)
		*physical += query.map.fm_start - longest->fe_logical;
	if (*bytes > query.map.fm_length)
		*bytes = query.map.fm_length;
	return 0;
}

struct range_query {
	char path[PATH_MAX];
	__u64 ino;
	__u32 dev, range;
	__u64 physical, bytes; /* the answer */
};

/* For aside(): the filesystem may not answer. */
static int ask_file(void *message, int *no_fd)
{
	struct range_query *query = message;
	int fd = open_inode(query->path, query->ino, query->dev), err;

	(void)no_fd;
	if (fd < 0)
		return -ENOENT;
	err = find_range(fd, query->range, &query->physical, &query->bytes);
	close(fd);
	return err;
}

/* Finds where the nth range is. */
static void look(const struct heat_map *map, struct hot_monitor *monitor,
		 const struct hot_rows *ranges, __u32 nth, struct place *place)
{
	const struct hot_row *row = &ranges->rows[nth];
	struct range_query query = {
		.ino = row->ino, .dev = row->fs_dev, .range = row->range};
	__u64 group;

	place->group = NOWHERE;
	hot_monitor_name(monitor, ranges, nth, 1);
	if (row->file->state != PATH_KNOWN || !row->file->path)
		return;
	strcpy(query.path, row->file->path);
	if (aside(ask_file, &query, sizeof(query), row->file->hang_id, NULL))
		return;
	group = fs_map_group_at(map->groups, query.physical);
	if (group >= map->groups->n_groups)
		return;
	place->group = group;
	place->start = query.physical;
	place->bytes = query.bytes;
}

/* Sets *found to where the nth range is: the remembered place if it is not too
 * old, else a new look-up while *looks last, else the old place or NULL.
 */
static int find_place(struct heat_map *map, struct hot_monitor *monitor,
		      const struct hot_rows *ranges, __u32 nth, int *looks,
		      const struct place **found)
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
		*found = place;
		return 0;
	}
	*found = NULL;
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
	look(map, monitor, ranges, nth, place);
	place->looked_s = now_s;
	*found = place;
	return 0;
}

static int add_spot(struct heat_map *map, const struct place *place,
		    double temperature)
{
	__u32 max = map->max_spots ? 2 * map->max_spots : 256;
	struct spot *grown;

	if (map->n_spots == map->max_spots) {
		grown = reallocarray(map->spots, max, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		map->spots = grown;
		map->max_spots = max;
	}
	map->spots[map->n_spots++] =
		(struct spot){place->start, place->bytes, temperature};
	return 0;
}

static int compare_spots(const void *a, const void *b)
{
	const struct spot *one = a, *other = b;

	return (one->start > other->start) - (one->start < other->start);
}

int heat_map_refresh(struct heat_map *map, struct hot_monitor *monitor,
		     const struct hot_rows *ranges)
{
	int looks = MAX_LOOKS, err = 0;

	memset(map->heat, 0, map->groups->n_groups * sizeof(*map->heat));
	map->hottest = 0;
	map->n_spots = 0;
	if (HASH_COUNT(map->places) > MAX_PLACES)
		forget_places(map);
	for (__u32 i = 0; i < ranges->n_rows && !err; i++) {
		const struct hot_row *row = &ranges->rows[i];
		const struct place *place;

		if (row->fs_dev != map->dev)
			continue;
		err = find_place(map, monitor, ranges, i, &looks, &place);
		if (err || !place || place->group == NOWHERE)
			continue;
		map->heat[place->group] += row->temperature;
		if (map->heat[place->group] > map->hottest)
			map->hottest = map->heat[place->group];
		err = add_spot(map, place, row->temperature);
	}
	if (map->n_spots)
		qsort(map->spots, map->n_spots, sizeof(*map->spots),
		      compare_spots);
	return err;
}

/* The first spot that ends behind start, if none overlaps another. */
static __u32 first_behind(const struct heat_map *map, __u64 start)
{
	__u32 low = 0, high = map->n_spots;

	while (low < high) {
		__u32 middle = low + (high - low) / 2;
		const struct spot *spot = &map->spots[middle];

		if (spot->start + spot->bytes > start)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

double heat_map_bytes(const struct heat_map *map, __u64 start, __u64 stop)
{
	double sum = 0;

	for (__u32 i = first_behind(map, start);
	     i < map->n_spots && map->spots[i].start < stop; i++) {
		const struct spot *spot = &map->spots[i];
		__u64 from = spot->start > start ? spot->start : start;
		__u64 to = spot->start + spot->bytes;

		to = to < stop ? to : stop;
		if (to > from)
			sum += spot->temperature * (to - from) / spot->bytes;
	}
	return sum;
}

double heat_map_value(const struct heat_map *map, __u32 first, __u32 end)
{
	double sum = 0;

	for (__u32 group = first; group < end && group < map->groups->n_groups;
	     group++)
		sum += map->heat[group];
	return map->hottest > 0 ? sum / map->hottest : 0;
}
