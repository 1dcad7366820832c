/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much room each block group has in an area, and which group can hold an
 * extent.
 *
 * ext4's allocator begins with the group of the goal. It takes an extent there
 * in two cases (ext4_mb_good_group() in fs/ext4/mballoc.c), and else may go to
 * any other group:
 *
 *   a request of 2^n blocks     the group has 2^n free blocks in a row, that
 *                               begin at a multiple of 2^n
 *   a request of N blocks       its free extents have N blocks on average
 *
 * Example: a group has free extents of 4096 and 100 blocks. It holds a request
 * of 4096 blocks, or of 2098, but not surely one of 3000. So who wants 3000
 * blocks asks for 4096, and gives 1096 back.
 */
#ifndef FRSP_MOVE_ROOMS_H
#define FRSP_MOVE_ROOMS_H

#include <stdbool.h>

#include "fs/free_space.h"
#include "move/area.h"

/* Numbers of a group. */
struct room {
	__u32 free_blocks, free_extents; /* of the whole group */
	__u32 area_free_blocks;		 /* of them in the area */
	/* The most blocks in a row in the area, a power of 2, at a multiple of
	 * it; 0: none.
	 */
	__u32 row_blocks;
	bool is_whole;	     /* all of the group is in the area */
	unsigned int misses; /* how often ext4 went elsewhere */
};

struct rooms {
	struct room *rooms; /* by group */
	__u32 n;
	__u32 block_bytes, group_blocks, first_block;
	__u64 n_blocks;	     /* of the filesystem */
	__u64 free_blocks;   /* in the area */
	__u32 most_in_a_row; /* that ext4 knows of: 2^(log2(block) + 1) */
};

struct rooms_choice {
	__u32 group;
	__u32 ask_blocks;  /* for which to ask ext4 */
	__u32 take_blocks; /* how many of them to keep, from the first */
};

/* .block_bytes, .group_blocks, .first_block and .n_blocks are set. 0 or
 * -ENOMEM.
 */
int rooms_init(struct rooms *rooms);
void rooms_free(struct rooms *rooms);

/* The first block of a group; n: the end of the last. */
__u64 rooms_start(const struct rooms *rooms, __u32 group);
__u32 rooms_group_of(const struct rooms *rooms, __u64 block);

/* Sets the numbers of the groups [from, to). space: what is free there. */
void rooms_take(struct rooms *rooms, __u32 from, __u32 to,
		const struct free_space *space, const struct area *area);

/* Blocks of the group in the area are not free any more. What is free in a row
 * is not known then, until rooms_take() is called.
 */
void rooms_use(struct rooms *rooms, __u32 group, __u32 blocks);

/* How to ask the group for the blocks; .take_blocks 0: it cannot hold them in
 * one extent. at_least_ask: ask for no less.
 */
struct rooms_choice rooms_ask(const struct rooms *rooms, __u32 group,
			      __u32 blocks, __u32 at_least_ask);

/*
 * Chooses a group for as many of the blocks as possible, at least for
 * at_least_take. near: the group to begin with. Groups that are only partly in
 * the area come last, and those with max_misses not at all. blocks: at most
 * most_in_a_row. False: there is none.
 */
bool rooms_choose(const struct rooms *rooms, __u32 near, __u32 blocks,
		  __u32 at_least_ask, __u32 at_least_take,
		  unsigned int max_misses, struct rooms_choice *choice);

#endif
