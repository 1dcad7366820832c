// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With frsp.ko, the place is a target range of the donor (FRSP_IOC_PLACE).
 *
 * Without it, ext4 can be told the group (move/anchor.h), but not the block. In
 * the group it chooses by the length of the request (move/buddy.h). So the
 * donor asks for the length of the buddy that has the wanted block, and gets
 * the first buddy of that length. One that does not have the block is given
 * back, and before the next commit ext4 does not return it again.
 *
 * Example: free are the blocks 16 to 47 and 100 to 103 of the group, and 36 is
 * wanted. The buddies are 16 to 31, 32 to 47 and 100 to 103. The donor asks for
 * 16 blocks, and gets 16 to 31, and then for 16 again: 32 to 47.
 *
 * A request for one block is not served from the buddies of one block. But the
 * search prefers a free extent, cut where a buddy ends, that is as long as the
 * request, if it looks at all of the group (mb_min_to_scan in
 * move/goal_knobs.h).
 *
 * Some requests go to another group, whatever the goal is: those for a power of
 * 2 leave out the first group of each flexible group (ext4_mb_good_group() in
 * fs/ext4/mballoc.c), and small ones come from what ext4 keeps for small files
 * (ext4_mb_use_preallocated()). After each of these, the other way is tried:
 * requests that fit the group's average free extent, or buddies again.
 */
#include "move/regain.h"

#include <errno.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "fs/fiemap.h"
#include "move/buddy.h"
#include "move/donor.h"

/* How many pieces to take at most. */
#define MAX_TAKES 4096
/* How often, and how far apart, to look whether the place is free. */
#define MAX_LOOKS    3
#define LOOK_AGAIN_S 0.01

struct group {
	__u64 start, end; /* blocks */
};

static struct group group_of(const struct move_fs *fs, __u64 block)
{
	__u64 nth = (block - fs->first_block) / fs->group_blocks;
	__u64 n_blocks = fs->bytes / fs->block_bytes;
	struct group group = {
		.start = fs->first_block + nth * fs->group_blocks,
	};

	group.end = group.start + fs->group_blocks;
	if (group.end > n_blocks)
		group.end = n_blocks;
	return group;
}

int regain_open(struct regain *regain, int dir, const char **failed)
{
	return steering_open(&regain->steering, regain->fs, dir, failed);
}

void regain_close(struct regain *regain)
{
	steering_close(&regain->steering);
}

static int miss(struct regain *regain, enum place_miss why)
{
	regain->miss = why;
	return -EADDRNOTAVAIL;
}

/* Finds the blocks in the extents of the donor. True: they have the first ones;
 * *bytes is cut to how many.
 */
static bool find(const struct file_extents *extents, __u64 physical,
		 __u64 *donor_start, __u64 *bytes)
{
	for (size_t i = 0; i < extents->n; i++) {
		const struct file_extent *extent = &extents->extents[i];
		__u64 end = extent->physical + extent->bytes;

		if (physical < extent->physical || physical >= end)
			continue;
		*donor_start = extent->logical + physical - extent->physical;
		if (*bytes > end - physical)
			*bytes = end - physical;
		return true;
	}
	return false;
}

/* What is asked for by goal, until it comes. */
struct search {
	int donor;
	__u64 file_start, physical, *bytes; /* as of regain_allocate() */
	struct group group;
	bool by_average; /* how to ask; else by buddy */
	__u32 blocks;	 /* the request */
	struct anchor_aim aim;
	bool has_anchor;
	__u64 offset; /* where to allocate, in bytes */
};

/* The offset's remainder in a page: the exchange demands the file's. skip: the
 * blocks of the request before the wanted one.
 */
static void set_remainder(const struct regain *regain, struct search *search,
			  __u32 skip)
{
	__u32 block = regain->fs->block_bytes, page = sysconf(_SC_PAGESIZE);
	__u32 unit = page > block ? page / block : 1;
	__u32 file = search->file_start / block % unit;
	__u32 remainder = (file + unit - skip % unit) % unit;

	search->aim.anchor_remainder = file;
	if (search->aim.remainder != remainder)
		search->has_anchor = false;
	search->aim.unit = unit;
	search->aim.remainder = remainder;
}

/* The most blocks to ask for, a power of 2. On a full disk, what is given back
 * again may be more than there is room for; smaller buddies take longer.
 */
static __u32 most_blocks(const struct regain *regain, int donor)
{
	__u64 room =
		donor_room(donor, regain->keep_free) / regain->fs->block_bytes;
	/* ext4's buddies have up to 2^(log2(block) + 1) blocks */
	__u32 blocks = 2 * regain->fs->block_bytes;

	while (blocks > 1 && blocks >= room) /* one for the anchor */
		blocks /= 2;
	return blocks;
}

/* Chooses how many blocks to ask for. */
static int choose(struct regain *regain, struct search *search)
{
	__u32 block = regain->fs->block_bytes, skip = 0;
	__u32 most = most_blocks(regain, search->donor);
	__u64 start = search->group.start * block;
	__u32 wanted = (search->physical - start) / block;
	struct free_space space;
	struct buddy buddy;
	int err = free_space_read(regain->steering.dir, start,
				  search->group.end * block, &space);

	if (err)
		return err;
	if (!buddy_of(&space, start, block, wanted, most, &buddy)) {
		err = miss(regain, PLACE_TAKEN);
	} else if (search->by_average) {
		search->blocks = buddy_average_request(&space, block, most);
	} else {
		search->blocks = buddy.blocks;
		skip = wanted - buddy.start;
	}
	free_space_free(&space);
	set_remainder(regain, search, skip);
	return err;
}

/* Finds the blocks in what the donor has of [start, end). 1: it has them; 0: it
 * does not; or -errno. *block: the first block that it has there.
 */
static int look(const struct search *search, __u64 start, __u64 end,
		__u32 block_bytes, __u64 *donor_start, __u64 *block)
{
	struct file_extents extents;
	int err = file_extents_read(search->donor, start, end, &extents);

	if (err)
		return err;
	*block = extents.n ? extents.extents[0].physical / block_bytes : 0;
	err = find(&extents, search->physical, donor_start, search->bytes);
	file_extents_free(&extents);
	return err;
}

/* Makes sure that the donor has an anchor for the request. 1: the anchor has
 * come to be what is wanted; 0; or -errno.
 */
static int need_anchor(struct regain *regain, struct search *search,
		       __u64 *donor_start)
{
	__u32 block_bytes = regain->fs->block_bytes;
	__u64 anchor, block;
	int err;

	if (search->has_anchor && search->blocks <= search->aim.blocks)
		return 0;
	donor_empty(search->donor);
	search->aim.blocks = search->blocks;
	err = donor_set_anchor(search->donor, block_bytes, regain->keep_free,
			       &search->aim, &search->offset);
	search->has_anchor = !err;
	if (err)
		return err == -EADDRNOTAVAIL ? miss(regain, PLACE_ELSEWHERE)
					     : err;
	anchor = search->aim.anchor_offset * block_bytes;
	return look(search, anchor, anchor + block_bytes, block_bytes,
		    donor_start, &block);
}

/* Gives back what was allocated at the offset, and keeps the anchor, if it is
 * before that. A hole cannot be punched there: Linux 6.1 ignores holes behind
 * s_bitmap_maxbytes, about 4 TiB (ext4_punch_hole() in fs/ext4/inode.c).
 */
static void give_back(const struct regain *regain, struct search *search)
{
	__u64 anchor = search->aim.anchor_offset * regain->fs->block_bytes;

	/* It fails only if the filesystem has shut down. */
	if (anchor > search->offset || ftruncate(search->donor, search->offset))
		search->has_anchor = false;
}

/* Takes a piece. 1: it has what is wanted; 0: it does not, and was given back;
 * or -errno.
 */
static int take(struct regain *regain, struct search *search,
		__u64 *donor_start)
{
	__u32 block_bytes = regain->fs->block_bytes;
	__u64 bytes, block;
	int err = choose(regain, search);

	if (!err)
		err = need_anchor(regain, search, donor_start);
	if (err)
		return err;
	bytes = (__u64)search->blocks * block_bytes;
	err = steering_allocate(&regain->steering, search->donor,
				search->offset, bytes, regain->keep_free);
	if (!err)
		err = look(search, search->offset, search->offset + bytes,
			   block_bytes, donor_start, &block);
	if (err)
		return err;
	if (block < search->group.start || block >= search->group.end)
		search->by_average = !search->by_average;
	give_back(regain, search);
	return 0;
}

static int take_until(struct regain *regain, struct search *search,
		      __u64 *donor_start)
{
	for (int i = 0; i < MAX_TAKES; i++) {
		int taken = take(regain, search, donor_start);

		if (taken)
			return taken < 0 ? taken : 0;
	}
	return miss(regain, PLACE_ELSEWHERE);
}

static int regain_by_goal(struct regain *regain, int donor, __u64 file_start,
			  __u64 physical, __u64 *donor_start, __u64 *bytes)
{
	const struct group group =
		group_of(regain->fs, physical / regain->fs->block_bytes);
	struct search search = {
		.donor = donor,
		.file_start = file_start,
		.physical = physical,
		.bytes = bytes,
		.group = group,
		.aim = {.group_start = group.start, .group_end = group.end},
	};

	return take_until(regain, &search, donor_start);
}

static int regain_by_module(struct regain *regain, int donor, __u64 file_start,
			    __u64 physical, __u64 *donor_start, __u64 *bytes)
{
	__u32 block = regain->fs->block_bytes;
	const struct frsp_range range = {physical / block, *bytes / block};
	struct file_extents extents;
	int err = steering_place(&regain->steering, donor, &range, 1);

	if (!err)
		err = donor_allocate(donor, file_start, *bytes,
				     regain->keep_free);
	if (!err)
		err = file_extents_read(donor, file_start, file_start + *bytes,
					&extents);
	if (err)
		return err;
	if (!find(&extents, physical, donor_start, bytes))
		err = miss(regain, PLACE_ELSEWHERE);
	file_extents_free(&extents);
	return err;
}

static int allocate(struct regain *regain, int donor, __u64 file_start,
		    __u64 physical, __u64 *donor_start, __u64 *bytes)
{
	int err = regain_by_module(regain, donor, file_start, physical,
				   donor_start, bytes);

	if (err == -EOPNOTSUPP)
		err = regain_by_goal(regain, donor, file_start, physical,
				     donor_start, bytes);
	return err;
}

/* Cuts *bytes to what is in one group and free. -EADDRNOTAVAIL: the first of
 * them are taken, and *bytes is cut to these.
 */
static int cut(struct regain *regain, __u64 physical, __u64 *bytes)
{
	__u32 block = regain->fs->block_bytes;
	const struct group group = group_of(regain->fs, physical / block);
	struct free_space space;
	int err;

	if (*bytes > group.end * block - physical)
		*bytes = group.end * block - physical;
	err = free_space_read(regain->steering.dir, physical, physical + *bytes,
			      &space);
	if (err)
		return err;
	if (!space.n || space.ranges[0].start > physical) {
		if (space.n)
			*bytes = space.ranges[0].start - physical;
		err = miss(regain, PLACE_TAKEN);
	} else {
		*bytes = space.ranges[0].end - physical;
	}
	free_space_free(&space);
	return err;
}

/* The same, after a commit: what a donor gave back before is free then, or in a
 * moment (fsync() may return just before jbd2 calls ext4 for that).
 */
static int cut_after_commit(struct regain *regain, __u64 physical, __u64 *bytes)
{
	int err = -EADDRNOTAVAIL;

	if (fsync(regain->steering.dir))
		return -errno;
	for (int i = 0; i < MAX_LOOKS && err == -EADDRNOTAVAIL; i++) {
		if (i)
			interrupt_poll(NULL, 0, LOOK_AGAIN_S);
		err = cut(regain, physical, bytes);
	}
	return err;
}

int regain_allocate(struct regain *regain, int donor, __u64 file_start,
		    __u64 physical, __u64 *donor_start, __u64 *bytes)
{
	__u32 page = sysconf(_SC_PAGESIZE);
	int err = cut_after_commit(regain, physical, bytes);

	if (!err)
		err = allocate(regain, donor, file_start, physical, donor_start,
			       bytes);
	/* the exchange demands it */
	if (!err && *donor_start % page != file_start % page)
		err = miss(regain, PLACE_ELSEWHERE);
	if (err == -ENOSPC)
		err = miss(regain, PLACE_FULL);
	if (err)
		donor_empty(donor);
	return err;
}
