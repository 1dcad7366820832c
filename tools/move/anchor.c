// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/anchor.h"

/* EXT_MAX_BLOCKS in fs/ext4/ext4_extents.h, less what s_maxbytes takes. */
#define MAX_BLOCKS 0xfffffffeULL

/* The goal's block for which the offset has the right remainder: the first from
 * block on.
 */
static __u64 align(const struct anchor_aim *aim, __u64 block)
{
	__u64 offset = aim->anchor_offset + block - aim->anchor_block;

	return block +
	       (aim->remainder + aim->unit - offset % aim->unit) % aim->unit;
}

bool anchor_offset_for(const struct anchor_aim *aim, __u64 *offset)
{
	__u64 goal = align(aim, aim->group_start);

	/* Behind an anchor in the group: what is at its offset would break the
	 * row, and what is behind it can be cut off again.
	 */
	if (goal <= aim->anchor_block && aim->anchor_block < aim->group_end)
		goal = align(aim, aim->anchor_block + 1);
	if (goal >= aim->group_end)
		return false;
	if (goal < aim->anchor_block &&
	    aim->anchor_block - goal > aim->anchor_offset)
		return false;
	*offset = aim->anchor_offset + goal - aim->anchor_block;
	return *offset + aim->blocks <= MAX_BLOCKS;
}

bool anchor_nth_offset(unsigned int n, __u32 remainder, __u64 *offset)
{
	/* the last: room for the remainder in a page of 64 KiB */
	static const __u64 offsets[] = {1ULL << 31, 0, (1ULL << 32) - 128};

	if (n >= sizeof(offsets) / sizeof(offsets[0]))
		return false;
	*offset = offsets[n] + remainder;
	return true;
}
