/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes ext4 allocate in a certain group, without a module.
 *
 * ext4 predicts the place of a block from the file's next extent before it
 * (ext4_ext_find_goal() in fs/ext4/extents.c). If block 1000 of a file is at
 * 50000 on the disk, block 1700 should be at 50700. So the donor gets one block
 * somewhere, its anchor, and then the blocks that are wanted at the offset that
 * makes their place the goal. Example: the anchor is at offset 2147483648 and
 * came to 33281. Wanted are blocks in the group that begins at 786432. They are
 * allocated at offset 2147483648 + 786432 - 33281.
 *
 * The goal chooses the group; where in the group ext4 looks is its own choice.
 */
#ifndef FRSP_MOVE_ANCHOR_H
#define FRSP_MOVE_ANCHOR_H

#include <stdbool.h>
#include <linux/types.h>

/* What to know for finding the offset; all are blocks. */
struct anchor_aim {
	__u64 anchor_offset, anchor_block;
	__u64 group_start, group_end;
	__u32 blocks; /* wanted */
	/* The offset must have this remainder when divided by unit, the number
	 * of blocks of a page: the exchange demands it.
	 */
	__u32 unit, remainder;
	/* The same of the anchor, which may come to be what is wanted. */
	__u32 anchor_remainder;
};

/* Finds the offset at which to allocate. False: there is none that a file of
 * ext4 can have and that leaves the anchor out.
 */
bool anchor_offset_for(const struct anchor_aim *aim, __u64 *offset);

/* Offsets to try for the anchor, one after the other: in the middle, so that
 * the goal can be before and behind it, and at both ends, for filesystems with
 * more than 2^31 blocks. n: from 0. remainder: of the offset, less than 64.
 * False: no more.
 */
bool anchor_nth_offset(unsigned int n, __u32 remainder, __u64 *offset);

#endif
