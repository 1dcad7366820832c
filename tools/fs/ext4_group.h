/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads group descriptors of an ext4 filesystem from its device. While it is
 * mounted, the kernel keeps them up to date in the page cache of the device: an
 * allocation counts when it is made, a free before its transaction is
 * committed, and what is preallocated is free.
 */
#ifndef FRSP_EXT4_GROUP_H
#define FRSP_EXT4_GROUP_H

#include "fs/ext4_super.h"

/* What a descriptor says. */
struct ext4_group {
	__u32 free;   /* clusters */
	__u64 bitmap; /* the block with its bitmap of clusters */
	/* The bitmap was never written: but for metadata, which stands at the
	 * begin of the group, all is free.
	 */
	bool has_no_bitmap;
};

/* Reads the block of descriptors that has the one of group first into room,
 * which has block_bytes. *end: the first group that it does not have. 0 or
 * -errno.
 */
int ext4_group_read(int fd, const struct ext4_super *super, __u32 first,
		    __u8 *room, __u32 *end);

/* Decodes the descriptor of a group of the block that was read. */
struct ext4_group ext4_group_decode(const struct ext4_super *super,
				    const __u8 *room, __u32 group);

#endif
