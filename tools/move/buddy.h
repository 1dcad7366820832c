/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a request must be for ext4 to serve it from a certain free place in
 * a group (fs/ext4/mballoc.c).
 *
 * ext4 cuts free space into buddies: 2^n blocks that begin at a multiple of 2^n
 * in the group. A request for 2^n blocks gets the first buddy of exactly 2^n,
 * if there is one (ext4_mb_simple_scan_group()). Example: free are the blocks 3
 * to 8; the buddies are 3, 4 to 7, and 8. A request for 4 blocks gets 4 to 7.
 *
 * Another request gets free blocks of the goal's group, if the average of its
 * free extents is as long as the request (ext4_mb_good_group()), which ones is
 * ext4's choice.
 */
#ifndef FRSP_MOVE_BUDDY_H
#define FRSP_MOVE_BUDDY_H

#include <stdbool.h>
#include <linux/types.h>

#include "fs/free_space.h"

struct buddy {
	__u32 start, blocks; /* in the group */
};

/* Finds the buddy that has the group's block. space: the free space of the
 * group, which begins at byte group_start of the device. max_blocks: of a
 * buddy, a power of 2. False: the block is not free.
 */
bool buddy_of(const struct free_space *space, __u64 group_start,
	      __u32 block_bytes, __u32 block, __u32 max_blocks,
	      struct buddy *buddy);

/* The longest request that is served by the average, in blocks, at most
 * max_blocks. 0: nothing is free.
 */
__u32 buddy_average_request(const struct free_space *space, __u32 block_bytes,
			    __u32 max_blocks);

#endif
