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

__u64 fs_map_group_bytes(const struct fs_map *map)
{
	return (__u64)map->group_clusters * map->cluster_bytes;
}

__u64 fs_map_flex_bytes(const struct fs_map *map)
{
	return map->groups_per_flex * fs_map_group_bytes(map);
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
