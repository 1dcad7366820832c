// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/ext4_group.h"

#include <errno.h>
#include <unistd.h>

#include "base/little_endian.h"

/* struct ext4_group_desc */
#define DESC_BITMAP_LO	 0x00
#define DESC_FREE_LO	 0x0c
#define DESC_FLAGS	 0x12
#define DESC_BITMAP_HI	 0x20
#define DESC_FREE_HI	 0x2c
#define DESC_HI_MIN_SIZE 64

#define BLOCK_UNINIT 0x0002

int ext4_group_read(int fd, const struct ext4_super *super, __u32 first,
		    __u8 *room, __u32 *end)
{
	__u32 per_block = super->block_bytes / super->desc_bytes;
	__u32 index = first / per_block;
	ssize_t done =
		pread(fd, room, super->block_bytes,
		      ext4_super_desc_block(super, index) * super->block_bytes);

	if (done != (ssize_t)super->block_bytes)
		return done < 0 ? -errno : -EIO;
	*end = (index + 1) * per_block;
	if (*end > super->n_groups)
		*end = super->n_groups;
	return 0;
}

struct ext4_group ext4_group_decode(const struct ext4_super *super,
				    const __u8 *room, __u32 group)
{
	__u32 per_block = super->block_bytes / super->desc_bytes;
	const __u8 *desc = room + group % per_block * super->desc_bytes;
	struct ext4_group decoded = {
		.free = le16_get(desc + DESC_FREE_LO),
		.bitmap = le32_get(desc + DESC_BITMAP_LO),
		.has_no_bitmap = le16_get(desc + DESC_FLAGS) & BLOCK_UNINIT,
	};

	if (super->desc_bytes >= DESC_HI_MIN_SIZE) {
		decoded.free |= (__u32)le16_get(desc + DESC_FREE_HI) << 16;
		decoded.bitmap |= (__u64)le32_get(desc + DESC_BITMAP_HI) << 32;
	}
	return decoded;
}
