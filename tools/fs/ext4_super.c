// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/ext4_super.h"

#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/little_endian.h"
#include "fs/mount.h"

/* Offsets in struct ext4_super_block of fs/ext4/ext4.h, in bytes. */
#define S_BLOCKS_COUNT_LO   0x04
#define S_FIRST_DATA_BLOCK  0x14
#define S_LOG_BLOCK_SIZE    0x18
#define S_LOG_CLUSTER_SIZE  0x1c
#define S_BLOCKS_PER_GROUP  0x20
#define S_MAGIC		    0x38
#define S_FEATURE_INCOMPAT  0x60
#define S_FEATURE_RO_COMPAT 0x64
#define S_UUID		    0x68
#define S_BLOCKS_COUNT_HI   0x150

#define EXT4_MAGIC		   0xef53
#define FEATURE_INCOMPAT_EXTENTS   0x0040
#define FEATURE_INCOMPAT_64BIT	   0x0080
#define FEATURE_RO_COMPAT_BIGALLOC 0x0200
#define MAX_LOG_BLOCK_SIZE	   6  /* 64 KiB */
#define MAX_LOG_CLUSTER_SIZE	   20 /* 1 GiB */

/* The same struct: the journal, flexible groups and group descriptors. */
#define S_FEATURE_COMPAT      0x5c
#define S_JOURNAL_INUM	      0xe0
#define S_JOURNAL_DEV	      0xe4
#define S_DESC_SIZE	      0xfe
#define S_FIRST_META_BG	      0x104
#define S_LOG_GROUPS_PER_FLEX 0x174
#define S_BACKUP_BGS	      0x24c

#define FEATURE_COMPAT_HAS_JOURNAL     0x0004
#define FEATURE_COMPAT_SPARSE_SUPER2   0x0200
#define FEATURE_COMPAT_FAST_COMMIT     0x0400
#define FEATURE_INCOMPAT_META_BG       0x0010
#define FEATURE_INCOMPAT_FLEX_BG       0x0200
#define FEATURE_RO_COMPAT_SPARSE_SUPER 0x0001
#define MAX_LOG_GROUPS_PER_FLEX	       30
#define DESC_BYTES		       32 /* without 64bit */
#define MIN_DESC_BYTES_64BIT	       64
#define MAX_DESC_BYTES_64BIT	       1024

static void decode_journal(const __u8 *raw, struct ext4_super *super)
{
	__u32 compat = le32_get(raw + S_FEATURE_COMPAT);

	super->journal_dev = 0;
	super->has_journal = compat & FEATURE_COMPAT_HAS_JOURNAL;
	super->has_fast_commit = compat & FEATURE_COMPAT_FAST_COMMIT;
	if (super->has_journal && !le32_get(raw + S_JOURNAL_INUM))
		super->journal_dev = le32_get(raw + S_JOURNAL_DEV);
}

static int decode_descriptors(const __u8 *raw, struct ext4_super *super)
{
	__u32 compat = le32_get(raw + S_FEATURE_COMPAT);
	__u32 incompat = le32_get(raw + S_FEATURE_INCOMPAT);
	__u32 ro_compat = le32_get(raw + S_FEATURE_RO_COMPAT);

	super->has_sparse_super = ro_compat & FEATURE_RO_COMPAT_SPARSE_SUPER;
	super->has_sparse_super2 = compat & FEATURE_COMPAT_SPARSE_SUPER2;
	super->backup_groups[0] = le32_get(raw + S_BACKUP_BGS);
	super->backup_groups[1] = le32_get(raw + S_BACKUP_BGS + 4);
	super->first_meta_bg = incompat & FEATURE_INCOMPAT_META_BG
				       ? le32_get(raw + S_FIRST_META_BG)
				       : ~0U;
	super->desc_bytes = DESC_BYTES;
	if (!(incompat & FEATURE_INCOMPAT_64BIT))
		return 0;
	super->desc_bytes = le16_get(raw + S_DESC_SIZE);
	return super->desc_bytes < MIN_DESC_BYTES_64BIT ||
			       super->desc_bytes > MAX_DESC_BYTES_64BIT ||
			       super->desc_bytes & (super->desc_bytes - 1)
		       ? -EINVAL
		       : 0;
}

/* The last group may be shorter. */
static void decode_groups(const __u8 *raw, struct ext4_super *super,
			  __u32 log_ratio)
{
	__u32 incompat = le32_get(raw + S_FEATURE_INCOMPAT);
	__u8 log_flex = raw[S_LOG_GROUPS_PER_FLEX];
	__u64 others = (super->n_groups - 1) * (__u64)super->group_blocks;

	super->last_clusters =
		(super->n_blocks - super->first_block - others) >> log_ratio;
	super->groups_per_flex =
		incompat & FEATURE_INCOMPAT_FLEX_BG &&
				log_flex <= MAX_LOG_GROUPS_PER_FLEX
			? 1U << log_flex
			: 1;
}

int ext4_super_decode(const __u8 raw[EXT4_SUPER_BYTES],
		      struct ext4_super *super)
{
	__u32 incompat = le32_get(raw + S_FEATURE_INCOMPAT);
	__u32 log_block = le32_get(raw + S_LOG_BLOCK_SIZE), log_cluster;
	__u64 n_groups;

	/* Without bigalloc the two fields about clusters may be stale. */
	if (le32_get(raw + S_FEATURE_RO_COMPAT) & FEATURE_RO_COMPAT_BIGALLOC)
		log_cluster = le32_get(raw + S_LOG_CLUSTER_SIZE);
	else
		log_cluster = log_block;
	if (le16_get(raw + S_MAGIC) != EXT4_MAGIC ||
	    log_block > MAX_LOG_BLOCK_SIZE || log_cluster < log_block ||
	    log_cluster > MAX_LOG_CLUSTER_SIZE)
		return -EINVAL;
	memcpy(super->uuid, raw + S_UUID, EXT4_UUID_BYTES);
	super->n_blocks = le32_get(raw + S_BLOCKS_COUNT_LO);
	if (incompat & FEATURE_INCOMPAT_64BIT)
		super->n_blocks |= (__u64)le32_get(raw + S_BLOCKS_COUNT_HI)
				   << 32;
	super->first_block = le32_get(raw + S_FIRST_DATA_BLOCK);
	super->block_bytes = 1024U << log_block;
	super->cluster_bytes = 1024U << log_cluster;
	super->group_blocks = le32_get(raw + S_BLOCKS_PER_GROUP);
	super->group_clusters =
		super->group_blocks >> (log_cluster - log_block);
	super->has_extents = incompat & FEATURE_INCOMPAT_EXTENTS;
	if (!super->group_clusters || super->n_blocks <= super->first_block)
		return -EINVAL;
	n_groups = (super->n_blocks - super->first_block - 1) /
			   super->group_blocks +
		   1;
	if (n_groups > ~0U)
		return -EINVAL;
	super->n_groups = n_groups;
	decode_groups(raw, super, log_cluster - log_block);
	decode_journal(raw, super);
	return decode_descriptors(raw, super);
}

static bool is_power_of(__u32 n, __u32 base)
{
	while (n && n % base == 0)
		n /= base;
	return n == 1;
}

/* Whether the group begins with a copy of the superblock. */
static bool has_super(const struct ext4_super *super, __u32 group)
{
	if (!group)
		return true;
	if (super->has_sparse_super2)
		return group == super->backup_groups[0] ||
		       group == super->backup_groups[1];
	return !super->has_sparse_super || is_power_of(group, 3) ||
	       is_power_of(group, 5) || is_power_of(group, 7);
}

/* As descriptor_loc() of fs/ext4/super.c. With blocks of 1 KiB, block 0 has the
 * boot sector and block 1 the superblock. Group 0 begins at block 1, but with
 * bigalloc at block 0.
 */
__u64 ext4_super_desc_block(const struct ext4_super *super, __u32 nth)
{
	__u32 group = nth * (super->block_bytes / super->desc_bytes);
	bool has_boot_block = super->block_bytes == EXT4_SUPER_OFFSET;

	if (nth < super->first_meta_bg)
		return (__u64)has_boot_block + 1 + nth;
	return super->first_block + (__u64)group * super->group_blocks +
	       has_super(super, group) +
	       (!group && has_boot_block && !super->first_block);
}

int ext4_super_read(const char *path, struct ext4_super *super)
{
	__u8 raw[EXT4_SUPER_BYTES];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = pread(fd, raw, sizeof(raw), EXT4_SUPER_OFFSET);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	return n == sizeof(raw) ? ext4_super_decode(raw, super) : -EINVAL;
}

int ext4_super_read_dev(__u32 dev, struct ext4_super *super)
{
	char *node = blkid_devno_to_devname(kdev_to_user(dev));
	int err = node ? ext4_super_read(node, super) : -ENODEV;

	free(node);
	return err;
}

void ext4_super_uuid(const struct ext4_super *super,
		     char text[EXT4_UUID_TEXT_LEN])
{
	for (int i = 0; i < EXT4_UUID_BYTES; i++)
		text += sprintf(text, "%s%02x",
				i == 4 || i == 6 || i == 8 || i == 10 ? "-"
								      : "",
				super->uuid[i]);
}
