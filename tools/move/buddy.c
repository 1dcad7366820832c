// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/buddy.h"

/* The largest buddy around the block in the free blocks [start, end). */
static struct buddy grow(__u64 start, __u64 end, __u32 block, __u32 max_blocks)
{
	struct buddy buddy = {.start = block, .blocks = 1};

	while (buddy.blocks < max_blocks) {
		__u32 blocks = 2 * buddy.blocks;
		__u32 first = block / blocks * blocks;

		if (first < start || (__u64)first + blocks > end)
			break;
		buddy = (struct buddy){.start = first, .blocks = blocks};
	}
	return buddy;
}

bool buddy_of(const struct free_space *space, __u64 group_start,
	      __u32 block_bytes, __u32 block, __u32 max_blocks,
	      struct buddy *buddy)
{
	for (size_t i = 0; i < space->n; i++) {
		const struct free_range *range = &space->ranges[i];
		__u64 start = (range->start - group_start) / block_bytes;
		__u64 end = (range->end - group_start) / block_bytes;

		if (block < start || block >= end)
			continue;
		*buddy = grow(start, end, block, max_blocks);
		return true;
	}
	return false;
}

__u32 buddy_average_request(const struct free_space *space, __u32 block_bytes,
			    __u32 max_blocks)
{
	__u64 bytes = 0;
	__u32 blocks;

	for (size_t i = 0; i < space->n; i++)
		bytes += space->ranges[i].end - space->ranges[i].start;
	if (!bytes)
		return 0;
	blocks = bytes / block_bytes / space->n;
	if (blocks > max_blocks)
		blocks = max_blocks;
	/* A power of 2 is served from the buddies; one block is not. */
	if (blocks > 1 && (blocks & (blocks - 1)) == 0)
		blocks--;
	return blocks;
}
