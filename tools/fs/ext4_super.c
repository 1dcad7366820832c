// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/ext4_super.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/little_endian.h"

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
	super->n_groups = n_groups;
	return n_groups > ~0U ? -EINVAL : 0;
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
