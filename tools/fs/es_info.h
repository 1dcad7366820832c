/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads /proc/fs/ext4/DEV/es_shrinker_info: ext4's own statistics of its extent
 * status tree. Only the current numbers, not the averages.
 */
#ifndef FRSP_ES_INFO_H
#define FRSP_ES_INFO_H

#include <linux/types.h>

#define ES_INFO_ROOT "/proc/fs/ext4"

struct es_info {
	__u64 entries;
	__u64 reclaimable;
	__u64 hits, misses; /* since the mount */
	__u64 inodes;	    /* those with reclaimable entries */
};

/* text: the whole file. Returns 0, or -EINVAL: the file has another form. */
int es_info_parse(const char *text, struct es_info *info);

/* Reads the file of the filesystem that has this name below root. 0, -ENOENT,
 * -EINVAL as above, or another -errno.
 */
int es_info_read(const char *root, const char *name, struct es_info *info);

/* The memory that entries take, and how many fit into so many bytes. An entry
 * has 40 bytes (struct extent_status), and ext4's slab has 102 of them in a
 * page of 4 KiB.
 */
__u64 es_info_bytes(__u64 entries);
__u64 es_info_fitting(__u64 bytes);

/* Entries that cannot be reclaimed. The kernel reads the numbers of the file
 * one after the other, so the difference may be negative; then this returns 0.
 */
__u64 es_info_delayed(const struct es_info *info);

#endif
