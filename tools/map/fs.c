// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A refresh reads blocks of group descriptors from the block device, and asks
 * frsp.ko about the same groups (FRSP_IOC_EXPORT).
 */
#include "map/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/ext4_group.h"
#include "module/module.h"
#include "uapi/frsp.h"

struct map_reader {
	struct fs_map map; /* the first member: fs_map_open() returns it */
	struct ext4_super super; /* read once, by fs_map_open() */
	int fd;
	__u32 next; /* the group that the next refresh begins with */
	__u8 *block;
	__u8 *bitmaps;	/* .bitmaps of the map */
	bool is_looked; /* since the last refresh */
	struct frsp_group_summary *summaries;
	__u32 n_summaries; /* that there is room for */
};

static int open_fs(const char *node, struct map_reader *reader)
{
	struct ext4_super *super = &reader->super;
	struct fs_map *map = &reader->map;
	int err = ext4_super_read(node, super);

	if (err)
		return err;
	map->n_groups = super->n_groups;
	map->groups_per_flex = super->groups_per_flex;
	map->group_clusters = super->group_clusters;
	map->last_clusters = super->last_clusters;
	map->cluster_bytes = super->cluster_bytes;
	map->first_byte = (__u64)super->first_block * super->block_bytes;
	map->block_bytes = super->block_bytes;
	reader->block = malloc(super->block_bytes);
	map->groups = malloc(map->n_groups * sizeof(*map->groups));
	if (!reader->block || !map->groups)
		return -ENOMEM;
	memset(map->groups, 0xff, map->n_groups * sizeof(*map->groups));
	return 0;
}

int fs_map_open(const char *node, struct fs_map **out)
{
	struct map_reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return -ENOMEM;
	reader->fd = open(node, O_RDONLY | O_CLOEXEC);
	err = reader->fd < 0 ? -errno : open_fs(node, reader);
	if (err) {
		fs_map_close(&reader->map);
		return err;
	}
	*out = &reader->map;
	return 0;
}

void fs_map_close(struct fs_map *map)
{
	struct map_reader *reader = (struct map_reader *)map;

	if (!map)
		return;
	if (reader->fd >= 0)
		close(reader->fd);
	free(reader->summaries);
	free(reader->block);
	free(reader->bitmaps);
	free(map->groups);
	free(reader);
}

/* Reads the block with the descriptor of group first, and takes the groups from
 * first on that it has: up to *end.
 */
static int read_block(struct map_reader *reader, __u32 first, __u32 *end)
{
	const struct ext4_super *super = &reader->super;
	int err = ext4_group_read(reader->fd, super, first, reader->block, end);

	if (err)
		return err;
	for (__u32 group = first; group < *end; group++)
		reader->map.groups[group].free =
			ext4_group_decode(super, reader->block, group).free;
	return 0;
}

static int room_for_summaries(struct map_reader *reader, __u32 n)
{
	struct frsp_group_summary *more;

	if (n <= reader->n_summaries)
		return 0;
	more = reallocarray(reader->summaries, n, sizeof(*more));
	if (!more)
		return -ENOMEM;
	reader->summaries = more;
	reader->n_summaries = n;
	return 0;
}

/* Gets the longest free extents of groups [first, end) from frsp.ko. Those that
 * it does not return become FS_MAP_UNKNOWN.
 */
static int ask_frsp(struct map_reader *reader, __u32 first, __u32 end, int fs)
{
	struct frsp_ioc_summary query = {
		.n = end - first,
		.first_group = first,
	};
	int device, err;

	for (__u32 group = first; group < end; group++)
		reader->map.groups[group].longest = FS_MAP_UNKNOWN;
	if (fs < 0)
		return 0;
	if (room_for_summaries(reader, end - first))
		return -ENOMEM;
	query.groups = (__u64)(unsigned long)reader->summaries;
	device = frsp_module_open();
	if (device < 0)
		return 0;
	err = frsp_module_export(device, fs, &query);
	close(device);
	for (__u32 i = 0; !err && i < query.n; i++) {
		const struct frsp_group_summary *one = &reader->summaries[i];

		if (one->group < end)
			reader->map.groups[one->group].longest =
				one->longest_len;
	}
	return err;
}

int fs_map_refresh(struct fs_map *map, __u32 max_groups, int fs)
{
	struct map_reader *reader = (struct map_reader *)map;
	__u32 first = reader->next, at = first;
	int err = 0;

	reader->is_looked = false;
	while (!err && at < map->n_groups && at - first < max_groups)
		err = read_block(reader, at, &at);
	if (!err)
		err = ask_frsp(reader, first, at, fs);
	reader->next = at < map->n_groups ? at : 0;
	return err;
}

static __u32 clusters_of(const struct fs_map *map, __u32 group)
{
	return group == map->n_groups - 1 ? map->last_clusters
					  : map->group_clusters;
}

/* Of a group without a bitmap, what is in use stands at its begin. */
static void make_bitmap(__u8 *bitmap, __u32 clusters, __u32 free)
{
	__u32 used = free < clusters ? clusters - free : 0;

	memset(bitmap, 0xff, used / 8);
	if (used % 8)
		bitmap[used / 8] = (1U << used % 8) - 1;
}

static int read_bitmap(struct map_reader *reader, __u32 group,
		       const struct ext4_group *desc, __u8 *bitmap)
{
	const __u64 bytes = reader->super.block_bytes;
	ssize_t done;

	memset(bitmap, 0, bytes);
	if (desc->has_no_bitmap) {
		make_bitmap(bitmap, clusters_of(&reader->map, group),
			    desc->free);
		return 0;
	}
	done = pread(reader->fd, bitmap, bytes, desc->bitmap * bytes);
	if (done < 0)
		return -errno;
	return done == (ssize_t)bytes ? 0 : -EIO;
}

static int read_bitmaps(struct map_reader *reader, __u32 first, __u32 end)
{
	const __u64 bytes = reader->super.block_bytes;
	__u32 group = first, stop;
	int err = 0;

	while (group < end && !err) {
		err = ext4_group_read(reader->fd, &reader->super, group,
				      reader->block, &stop);
		for (; !err && group < stop && group < end; group++) {
			const struct ext4_group desc = ext4_group_decode(
				&reader->super, reader->block, group);

			err = read_bitmap(reader, group, &desc,
					  reader->bitmaps +
						  (group - first) * bytes);
		}
	}
	return err;
}

int fs_map_look(struct fs_map *map, __u32 first, __u32 end)
{
	struct map_reader *reader = (struct map_reader *)map;
	void *more;
	int err;

	if (reader->is_looked && map->looked <= first && map->looked_end >= end)
		return 0;
	map->looked = map->looked_end = 0;
	more = reallocarray(reader->bitmaps, end - first, map->block_bytes);
	if (!more)
		return -ENOMEM;
	reader->bitmaps = more;
	err = read_bitmaps(reader, first, end);
	if (err)
		return err;
	map->bitmaps = reader->bitmaps;
	map->looked = first;
	map->looked_end = end;
	reader->is_looked = true;
	return 0;
}

__u64 fs_map_group_bytes(const struct fs_map *map)
{
	return (__u64)map->group_clusters * map->cluster_bytes;
}

__u64 fs_map_flex_bytes(const struct fs_map *map)
{
	return map->groups_per_flex * fs_map_group_bytes(map);
}

__u64 fs_map_group_at(const struct fs_map *map, __u64 byte)
{
	return byte < map->first_byte
		       ? 0
		       : (byte - map->first_byte) / fs_map_group_bytes(map);
}

void fs_map_span(const struct fs_map *map, __u32 first, __u32 end, __u64 *start,
		 __u64 *stop)
{
	__u64 group_bytes = map->group_clusters * map->cluster_bytes;
	bool has_last = end >= map->n_groups;

	*start = map->first_byte + first * group_bytes;
	*stop = map->first_byte +
		(has_last ? map->n_groups - 1 : end) * group_bytes +
		(has_last ? map->last_clusters * map->cluster_bytes : 0);
}

double fs_map_fullness(const struct fs_map *map, __u32 first, __u32 end)
{
	__u64 free = 0, all = 0;

	for (__u32 group = first; group < end && group < map->n_groups;
	     group++) {
		if (map->groups[group].free == FS_MAP_UNKNOWN)
			continue;
		free += map->groups[group].free;
		all += clusters_of(map, group);
	}
	return all ? 1 - (double)free / all : -1;
}

double fs_map_fragmentation(const struct fs_map *map, __u32 first, __u32 end)
{
	__u64 cut = 0, free = 0;

	for (__u32 group = first; group < end && group < map->n_groups;
	     group++) {
		const struct fs_map_group *one = &map->groups[group];

		/* free and longest are of different moments, so longest may be
		 * the greater
		 */
		if (one->free == FS_MAP_UNKNOWN ||
		    one->longest == FS_MAP_UNKNOWN || one->longest > one->free)
			continue;
		free += one->free;
		cut += one->free - one->longest;
	}
	return free ? (double)cut / free : -1;
}

/* The bits [from, to) that are set. */
static __u32 count_set(const __u8 *bits, __u32 from, __u32 to)
{
	__u32 n = 0;
	__u64 word;

	for (; from < to && from % 64; from++)
		n += bits[from / 8] >> from % 8 & 1;
	for (; from + 64 <= to; from += 64) {
		memcpy(&word, bits + from / 8, sizeof(word));
		n += __builtin_popcountll(word);
	}
	for (; from < to; from++)
		n += bits[from / 8] >> from % 8 & 1;
	return n;
}

double fs_map_part_fullness(const struct fs_map *map,
			    const struct fs_map_part *part)
{
	__u32 all = clusters_of(map, part->group);
	__u32 to = part->to < all ? part->to : all;

	if (part->group < map->looked || part->group >= map->looked_end ||
	    part->from >= to)
		return -1;
	return (double)count_set(map->bitmaps +
					 (__u64)(part->group - map->looked) *
						 map->block_bytes,
				 part->from, to) /
	       (to - part->from);
}

void fs_map_part_span(const struct fs_map *map, const struct fs_map_part *part,
		      __u64 *start, __u64 *stop)
{
	__u32 all = clusters_of(map, part->group);
	__u64 group = map->first_byte + part->group * fs_map_group_bytes(map);

	*start = group + part->from * map->cluster_bytes;
	*stop = group + (part->to < all ? part->to : all) * map->cluster_bytes;
}
