/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How full each block group of a mounted ext4 filesystem is, and how its free
 * space is cut up. What is full comes from the group descriptors, which the
 * kernel keeps up to date in the cache of the block device; how it is cut up
 * from frsp.ko, where that knows. Both are read a part at a time, so that a
 * refresh costs the same however large the filesystem is.
 */
#ifndef FRSP_FS_MAP_H
#define FRSP_FS_MAP_H

#include <stdbool.h>
#include <linux/types.h>

#define FS_MAP_UNKNOWN (~0U)

/* Clusters. */
struct fs_map_group {
	__u32 free;    /* FS_MAP_UNKNOWN: not read yet */
	__u32 longest; /* free extent; FS_MAP_UNKNOWN: frsp.ko does not know */
};

struct fs_map {
	__u32 n_groups;
	__u32 groups_per_flex; /* 1 where there are no flexible groups */
	__u32 group_clusters;  /* the last group may have less */
	__u32 last_clusters;
	__u64 cluster_bytes;
	__u64 first_byte; /* of the first group on the device */
	struct fs_map_group *groups;
};

/* node: the block device. 0, -EINVAL: not ext4, or another -errno. */
int fs_map_open(const char *node, struct fs_map **out);
void fs_map_close(struct fs_map *map);

/* Reads the next max_groups groups, round and round. fs: a descriptor on the
 * filesystem for frsp.ko, or -1: do not ask it. 0 or -errno.
 */
int fs_map_refresh(struct fs_map *map, __u32 max_groups, int fs);

/* Of a flexible group that is not the last one. */
__u64 fs_map_flex_bytes(const struct fs_map *map);

/* The bytes of groups [first, end) on the device: [*start, *stop). */
void fs_map_span(const struct fs_map *map, __u32 first, __u32 end, __u64 *start,
		 __u64 *stop);

/* Of groups [first, end): how much is in use, and how fragmented free space is,
 * 0 to 1; negative: nothing is known. Fragmentation is 1 - longest / free of a
 * group, weighted by what is free.
 */
double fs_map_fullness(const struct fs_map *map, __u32 first, __u32 end);
double fs_map_fragmentation(const struct fs_map *map, __u32 first, __u32 end);

#endif
