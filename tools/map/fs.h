/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How full each block group of a mounted ext4 filesystem is, and how fragmented
 * its free space is; of groups that are looked at more closely, how full each
 * part is.
 *
 * The number of free clusters comes from the group descriptors, which the
 * kernel keeps up to date in the cache of the block device. The length of the
 * longest free extent comes from frsp.ko, if it knows. A refresh reads both for
 * some of the groups only, so its cost does not grow with the filesystem.
 *
 * Example: a group has 32768 clusters. 8192 are free, and the longest free
 * extent has 2048. Fullness: 1 - 8192 / 32768 = 0.75. Fragmentation:
 * 1 - 2048 / 8192 = 0.75.
 */
#ifndef FRSP_FS_MAP_H
#define FRSP_FS_MAP_H

#include <stdbool.h>
#include <linux/types.h>

#define FS_MAP_UNKNOWN (~0U)

/* In clusters. */
struct fs_map_group {
	__u32 free;    /* FS_MAP_UNKNOWN: not read yet */
	__u32 longest; /* free extent; FS_MAP_UNKNOWN: frsp.ko does not know */
};

struct fs_map {
	__u32 n_groups;
	__u32 groups_per_flex; /* 1: no flexible groups */
	__u32 group_clusters;  /* of each group except the last */
	__u32 last_clusters;   /* of the last group */
	__u64 cluster_bytes;
	__u64 first_byte; /* offset of group 0 on the device */
	struct fs_map_group *groups;
	/* The bitmaps of the groups [.looked, .looked_end), a block each; set:
	 * the cluster is in use.
	 */
	__u32 looked, looked_end;
	const __u8 *bitmaps;
	__u32 block_bytes;
};

/* node: the block device. Returns 0, -EINVAL: not ext4, or another -errno. */
int fs_map_open(const char *node, struct fs_map **out);
void fs_map_close(struct fs_map *map);

/* Reads the next max_groups groups, or a few more up to the end of a block of
 * descriptors. After the last group, it begins again with the first. fs: a file
 * descriptor on the filesystem, to ask frsp.ko; -1: do not ask it. Returns 0 or
 * -errno.
 */
int fs_map_refresh(struct fs_map *map, __u32 max_groups, int fs);

/* Reads the bitmaps of groups [first, end), unless that was done since the last
 * refresh. Returns 0 or -errno, and then forgets all bitmaps.
 */
int fs_map_look(struct fs_map *map, __u32 first, __u32 end);

/* The bytes of a group and of a flexible group; the last one may be shorter. */
__u64 fs_map_group_bytes(const struct fs_map *map);
__u64 fs_map_flex_bytes(const struct fs_map *map);

/* The group that has this byte of the device; the bytes before the first group,
 * if there are any, count for it. It may be one that is not there.
 */
__u64 fs_map_group_at(const struct fs_map *map, __u64 byte);

/* The bytes of groups [first, end) on the device: [*start, *stop). */
void fs_map_span(const struct fs_map *map, __u32 first, __u32 end, __u64 *start,
		 __u64 *stop);

/* The share of clusters in use, and the fragmentation of free space, in groups
 * [first, end). Both are 0 to 1; negative: unknown. The fragmentation of a
 * group is 1 - longest / free; that of several groups is the mean, weighted by
 * .free.
 */
double fs_map_fullness(const struct fs_map *map, __u32 first, __u32 end);
double fs_map_fragmentation(const struct fs_map *map, __u32 first, __u32 end);

/* A part of a group: the clusters [from, to) of it, which may end beyond it. */
struct fs_map_part {
	__u32 group, from, to;
};

/* The same of a part, if its group was looked at. */
double fs_map_part_fullness(const struct fs_map *map,
			    const struct fs_map_part *part);
void fs_map_part_span(const struct fs_map *map, const struct fs_map_part *part,
		      __u64 *start, __u64 *stop);

#endif
