// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With frsp.ko, the place is a target range of the donor (FRSP_IOC_PLACE).
 *
 * Without it, ext4 can be told the group (move/anchor.h), but not the block: in
 * the group it takes the first that fits. So the donor takes what is free in
 * the group, a piece at a time, the largest first. A piece that does not have
 * the block that is wanted is given back, and before the next commit ext4 does
 * not return it again.
 *
 * The largest piece is known: a request of 2^n blocks is served from the first
 * of the group's free pieces of 2^n blocks, if it has one (in fs/ext4/mballoc.c
 * ext4_mb_simple_scan_group()). Example: free are the blocks 16 to 47 and 100
 * to 103 of the group, and 102 is wanted. The donor asks for 16 blocks, and
 * gets 16 to 31, then for 16, and gets 32 to 47, and then for 4: 100 to 103.
 */
#include "move/regain.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "fs/fiemap.h"
#include "module/module.h"
#include "move/donor.h"
#include "move/rooms.h"
#include "uapi/frsp.h"

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
	int err;

	regain->knobs = (struct goal_knobs){.fs_name = regain->fs->name,
					    .dir = GOAL_KNOBS_DIR,
					    .sys = "/sys",
					    .file = -1};
	regain->module =
		regain->fs->notes_exchanges ? frsp_module_open() : -ENOENT;
	regain->dir = fcntl(dir, F_DUPFD_CLOEXEC, 0);
	*failed = "cannot lock " GOAL_KNOBS_DIR;
	err = regain->dir < 0 ? -errno : goal_knobs_open(&regain->knobs);
	if (err)
		regain_close(regain);
	return err;
}

void regain_close(struct regain *regain)
{
	if (regain->knobs.file >= 0)
		goal_knobs_close(&regain->knobs);
	if (regain->module >= 0)
		close(regain->module);
	if (regain->dir >= 0)
		close(regain->dir);
}

static int miss(struct regain *regain, enum place_miss why)
{
	regain->miss = why;
	return -EADDRNOTAVAIL;
}

__u32 regain_most_in_a_row(const struct free_space *space, __u64 start,
			   __u32 block_bytes, __u32 max_blocks)
{
	__u32 most = 0;

	for (size_t i = 0; i < space->n; i++) {
		const struct free_range *range = &space->ranges[i];
		__u32 row = rooms_row_in((range->start - start) / block_bytes,
					 (range->end - start) / block_bytes,
					 max_blocks);

		if (row > most)
			most = row;
	}
	return most;
}

/* Finds the blocks in the donor. -ENOENT: it does not have them. */
static int find(int donor, __u64 physical, __u64 *donor_start, __u64 *bytes)
{
	struct file_extents extents;
	int err = file_extents_read(donor, 0, ~0ULL, &extents);

	if (err)
		return err;
	err = -ENOENT;
	for (size_t i = 0; i < extents.n && err; i++) {
		const struct file_extent *extent = &extents.extents[i];
		__u64 end = extent->physical + extent->bytes;

		if (physical < extent->physical || physical >= end)
			continue;
		*donor_start = extent->logical + physical - extent->physical;
		if (*bytes > end - physical)
			*bytes = end - physical;
		err = 0;
	}
	file_extents_free(&extents);
	return err;
}

/* How many blocks to ask for: the largest free piece of the group. */
static int choose(struct regain *regain, const struct group *group, __u32 *row)
{
	__u32 block = regain->fs->block_bytes;
	struct free_space space;
	int err = free_space_read(regain->dir, group->start * block,
				  group->end * block, &space);

	if (err)
		return err;
	/* ext4's lists go up to 2^(log2(block) + 1) blocks */
	*row = regain_most_in_a_row(&space, group->start * block, block,
				    2 * block);
	free_space_free(&space);
	return *row ? 0 : miss(regain, PLACE_TAKEN);
}

/* Takes a piece at the donor's offset. 1: it has what is wanted; 0: it does
 * not, and was given back; or -errno.
 */
static int take(struct regain *regain, int donor, const struct group *group,
		__u64 offset, __u64 physical, __u64 *donor_start, __u64 *bytes)
{
	__u64 length;
	__u32 row;
	int err = choose(regain, group, &row);

	if (err)
		return err;
	length = (__u64)row * regain->fs->block_bytes;
	err = donor_allocate(donor, offset, length, regain->keep_free);
	if (!err)
		err = find(donor, physical, donor_start, bytes);
	if (err != -ENOENT)
		return err ?: 1;
	if (fallocate(donor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
		      length))
		return -errno;
	return 0;
}

static int take_until(struct regain *regain, int donor,
		      const struct group *group, __u64 offset, __u64 physical,
		      __u64 *donor_start, __u64 *bytes)
{
	/* the anchor may be just there */
	int taken = find(donor, physical, donor_start, bytes);

	if (taken != -ENOENT)
		return taken;
	for (int i = 0; i < MAX_TAKES; i++) {
		taken = take(regain, donor, group, offset, physical,
			     donor_start, bytes);
		if (taken)
			return taken < 0 ? taken : 0;
	}
	return miss(regain, PLACE_ELSEWHERE);
}

static int regain_by_goal(struct regain *regain, int donor,
			  const struct group *group, __u64 physical,
			  __u64 *donor_start, __u64 *bytes)
{
	struct anchor_aim aim = {
		.group_start = group->start,
		.group_end = group->end,
		.blocks = group->end - group->start,
		.unit = 1,
	};
	__u64 offset;
	int err, err_restore;

	err = donor_set_anchor(donor, regain->fs->block_bytes,
			       regain->keep_free, &aim, &offset);
	if (err == -EADDRNOTAVAIL)
		return miss(regain, PLACE_ELSEWHERE);
	if (err)
		return err;
	err = goal_knobs_raise(&regain->knobs);
	if (err)
		return err;
	err = take_until(regain, donor, group, offset, physical, donor_start,
			 bytes);
	err_restore = goal_knobs_restore(&regain->knobs);
	return err ?: err_restore;
}

static int regain_by_module(struct regain *regain, int donor, __u64 file_start,
			    __u64 physical, __u64 *donor_start, __u64 *bytes)
{
	__u32 block = regain->fs->block_bytes;
	const struct frsp_range range = {physical / block, *bytes / block};
	int err = frsp_module_place(regain->module, donor, &range, 1);

	if (!err)
		err = donor_allocate(donor, file_start, *bytes,
				     regain->keep_free);
	if (!err)
		err = find(donor, physical, donor_start, bytes);
	return err == -ENOENT ? miss(regain, PLACE_ELSEWHERE) : err;
}

static int allocate(struct regain *regain, int donor, __u64 file_start,
		    __u64 physical, __u64 *donor_start, __u64 *bytes)
{
	const struct group group =
		group_of(regain->fs, physical / regain->fs->block_bytes);
	int err = -EOPNOTSUPP;

	if (regain->module >= 0)
		err = regain_by_module(regain, donor, file_start, physical,
				       donor_start, bytes);
	/* frsp.ko has detached the filesystem, or has stopped */
	if (err == -EOPNOTSUPP || err == -ENODEV)
		err = regain_by_goal(regain, donor, &group, physical,
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
	err = free_space_read(regain->dir, physical, physical + *bytes, &space);
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

	if (fsync(regain->dir))
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
