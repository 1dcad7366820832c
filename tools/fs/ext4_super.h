/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the superblock of an ext4 filesystem. While the filesystem is mounted,
 * the kernel keeps the superblock up to date in the page cache of the block
 * device.
 */
#ifndef FRSP_EXT4_SUPER_H
#define FRSP_EXT4_SUPER_H

#include <stdbool.h>
#include <linux/types.h>

#define EXT4_SUPER_OFFSET  1024
#define EXT4_SUPER_BYTES   1024
#define EXT4_UUID_BYTES	   16
#define EXT4_UUID_TEXT_LEN 37 /* with the NUL */

struct ext4_super {
	__u8 uuid[EXT4_UUID_BYTES];
	__u64 n_blocks;
	__u32 first_block; /* of group 0 */
	__u32 block_bytes, cluster_bytes;
	__u32 group_blocks, group_clusters;
	__u32 last_clusters; /* of the last group */
	__u32 n_groups;
	__u32 groups_per_flex; /* 1: no flexible groups */
	bool has_extents;      /* the feature: new files use extents */
	bool has_journal, has_fast_commit;
	/* The device of an external journal, in the encoding of user space
	 * (new_encode_dev()); 0: the journal is in the filesystem, or none.
	 */
	__u32 journal_dev;
	__u32 desc_bytes; /* of a group descriptor */
	/* For ext4_super_desc_block(). With meta_bg, the blocks of descriptors
	 * from first_meta_bg on are in their own groups; ~0: no meta_bg.
	 */
	__u32 first_meta_bg;
	bool has_sparse_super, has_sparse_super2;
	__u32 backup_groups[2]; /* with sparse_super2 */
};

/* 0, or -EINVAL: not a superblock of ext2, ext3 or ext4 that makes sense. */
int ext4_super_decode(const __u8 raw[EXT4_SUPER_BYTES],
		      struct ext4_super *super);

/* The nth block of group descriptors (from 0). A block has block_bytes /
 * desc_bytes of them.
 */
__u64 ext4_super_desc_block(const struct ext4_super *super, __u32 nth);

/* Reads a device or an image. 0, -EINVAL as above, or another -errno. */
int ext4_super_read(const char *path, struct ext4_super *super);

/* The same with the number of the device (kernel dev_t), whose node must be in
 * /dev: -ENODEV.
 */
int ext4_super_read_dev(__u32 dev, struct ext4_super *super);

/* Writes the UUID as blkid(8) does. */
void ext4_super_uuid(const struct ext4_super *super,
		     char text[EXT4_UUID_TEXT_LEN]);

#endif
