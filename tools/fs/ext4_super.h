/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the superblock of an ext4 filesystem. While the filesystem is mounted,
 * the kernel keeps the superblock up to date in the page cache of the block
 * device.
 */
#ifndef FRSP_EXT4_SUPER_H
#define FRSP_EXT4_SUPER_H

#include <stdbool.h>
#include <linux/types.h>

#define EXT4_SUPER_OFFSET 1024
#define EXT4_SUPER_BYTES  1024
#define EXT4_UUID_BYTES	  16

struct ext4_super {
	__u8 uuid[EXT4_UUID_BYTES];
	__u64 n_blocks;
	__u32 first_block; /* of group 0 */
	__u32 block_bytes, cluster_bytes;
	__u32 group_blocks, group_clusters;
	__u32 n_groups;
	bool has_extents; /* the feature: new files use extents */
};

/* 0, or -EINVAL: not a superblock of ext2, ext3 or ext4 that makes sense. */
int ext4_super_decode(const __u8 raw[EXT4_SUPER_BYTES],
		      struct ext4_super *super);

/* Reads a device or an image. 0, -EINVAL as above, or another -errno. */
int ext4_super_read(const char *path, struct ext4_super *super);

#endif
