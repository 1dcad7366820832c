// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For a piece:
 *
 *   choose a group         move/rooms.h, from what GETFSMAP said at the start
 *   look at it once more   others may have allocated there
 *   allocate there         with frsp.ko, FRSP_IOC_PLACE; else move/anchor.h
 *   look where it is       FIEMAP is right, whatever was asked
 *
 * If any block is outside of the area, the donor is emptied, and it begins
 * anew. The blocks that were given back are not free before the next commit, so
 * ext4 does not return the same ones.
 *
 * Small requests are served from blocks that ext4 keeps for small files of a
 * processor (mb_group_prealloc, 512), wherever these are. Larger ones are not.
 * So after a first miss more is asked for than is needed.
 */
#include "move/place.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "move/donor.h"

#define MAX_TRIES 8
/* After so many misses of frsp.ko, the goal is tried: its steering may be off.
 */
#define MODULE_TRIES 4
#define MAX_RANGES   64
/* How often ext4 may go elsewhere before a group is left out. */
#define MAX_MISSES 3
/* More than ext4 has for small files. */
#define LARGE_BLOCKS 1024
/* A piece is split only into parts of at least this. */
#define LEAST_BYTES (64 << 10)

/* Reads what is free in the groups [from, to). */
static int read_rooms(struct place *place, __u32 from, __u32 to)
{
	struct rooms *rooms = &place->rooms;
	struct free_space space;
	int err = free_space_read(place->steering.dir,
				  rooms_start(rooms, from) * rooms->block_bytes,
				  rooms_start(rooms, to) * rooms->block_bytes,
				  &space);

	if (err)
		return err;
	rooms_take(rooms, from, to, &space, place->area);
	free_space_free(&space);
	return 0;
}

int place_open(struct place *place, int dir, const char **failed)
{
	const struct move_fs *fs = place->fs;
	int err;

	place->near = 0;
	place->rooms = (struct rooms){.block_bytes = fs->block_bytes,
				      .group_blocks = fs->group_blocks,
				      .first_block = fs->first_block,
				      .n_blocks = fs->bytes / fs->block_bytes};
	err = steering_open(&place->steering, fs, dir, failed);
	if (err)
		return err;
	*failed = "cannot find out what is free";
	err = rooms_init(&place->rooms);
	if (!err)
		err = read_rooms(place, 0, place->rooms.n);
	if (err)
		place_close(place);
	return err;
}

void place_close(struct place *place)
{
	rooms_free(&place->rooms);
	steering_close(&place->steering);
}

__u64 place_most_bytes(const struct place *place)
{
	return (__u64)place->rooms.most_in_a_row * place->rooms.block_bytes;
}

/* Where the bytes of the donor are. *in_area: all of them are in the area. */
static int look(const struct place *place, int donor, __u64 start, __u64 bytes,
		bool *in_area, __u64 *physical)
{
	struct file_extents extents;
	__u64 end = start + bytes;
	int err = file_extents_read(donor, start, end, &extents);

	if (err)
		return err;
	*in_area = extents.n > 0;
	for (size_t i = 0; i < extents.n; i++) {
		const struct file_extent *extent = &extents.extents[i];
		__u64 from =
			extent->logical < start ? start - extent->logical : 0;
		__u64 to = extent->bytes;

		if (extent->logical + to > end)
			to = end - extent->logical;
		if (!area_has(place->area, extent->physical + from,
			      extent->physical + to))
			*in_area = false;
		*physical = extent->physical + from;
	}
	file_extents_free(&extents);
	return 0;
}

static int allocate_by_goal(const struct place *place, int donor,
			    const struct move_piece *piece,
			    const struct rooms_choice *choice,
			    __u64 *donor_start)
{
	const struct rooms *rooms = &place->rooms;
	__u32 block = rooms->block_bytes, page = sysconf(_SC_PAGESIZE);
	struct anchor_aim aim = {
		.group_start = rooms_start(rooms, choice->group),
		.group_end = rooms_start(rooms, choice->group + 1),
		.blocks = choice->ask_blocks,
		.unit = page > block ? page / block : 1,
	};
	int err;

	aim.remainder = piece->start / block % aim.unit;
	err = donor_set_anchor(donor, block, place->keep_free, &aim,
			       donor_start);
	if (err)
		return err;
	return steering_allocate(&place->steering, donor, *donor_start,
				 (__u64)choice->ask_blocks * block,
				 place->keep_free);
}

/* Makes ranges of what the area has of a group. Returns their number. */
static unsigned int ranges_in(const struct place *place, __u32 group,
			      struct frsp_range ranges[MAX_RANGES])
{
	const struct rooms *rooms = &place->rooms;
	__u64 block = rooms->block_bytes, until;
	__u64 start = rooms_start(rooms, group) * block;
	__u64 end = rooms_start(rooms, group + 1) * block;
	unsigned int n = 0;

	for (; start < end && n < MAX_RANGES; start = until)
		if (area_at(place->area, start, end, &until))
			ranges[n++] = (struct frsp_range){
				start / block, (until - start) / block};
	return n;
}

static int allocate_by_module(const struct place *place, int donor,
			      const struct move_piece *piece,
			      const struct rooms_choice *choice,
			      __u64 *donor_start)
{
	struct frsp_range ranges[MAX_RANGES];
	unsigned int n = ranges_in(place, choice->group, ranges);
	int err = steering_place(&place->steering, donor, ranges, n);

	*donor_start = piece->start;
	return err
		       ?: donor_allocate(donor, piece->start,
					 (__u64)choice->take_blocks *
						 place->rooms.block_bytes,
					 place->keep_free);
}

/* use_module: let frsp.ko place the blocks, where it can. */
static int allocate(struct place *place, int donor,
		    const struct move_piece *piece,
		    const struct rooms_choice *choice, bool use_module,
		    __u64 *donor_start)
{
	int err = use_module ? allocate_by_module(place, donor, piece, choice,
						  donor_start)
			     : -EOPNOTSUPP;

	if (err == -EOPNOTSUPP)
		err = allocate_by_goal(place, donor, piece, choice,
				       donor_start);
	return err;
}

/* Allocates as was chosen. 1: it is in the area; 0: it is not, and the donor is
 * empty; or -errno.
 */
static int try(struct place *place, int donor, const struct move_piece *piece,
	       const struct rooms_choice *choice, bool use_module,
	       __u64 *donor_start)
{
	__u64 bytes = (__u64)choice->take_blocks * place->rooms.block_bytes;
	__u64 physical = 0;
	bool in_area = false;
	int err =
		allocate(place, donor, piece, choice, use_module, donor_start);

	if (!err)
		err = look(place, donor, *donor_start, bytes, &in_area,
			   &physical);
	/* what was asked for and is not needed */
	if (!err && in_area && ftruncate(donor, *donor_start + bytes))
		err = -errno;
	if (err || !in_area)
		donor_empty(donor);
	if (err)
		return err == -EADDRNOTAVAIL ? 0 : err;
	if (in_area)
		place->near = rooms_group_of(
			&place->rooms, physical / place->rooms.block_bytes);
	return in_area;
}

/* How many blocks of the piece to place now, as far as the free space goes. */
static __u32 wanted(const struct place *place, const struct move_piece *piece)
{
	const struct rooms *rooms = &place->rooms;
	__u64 blocks = piece->bytes / rooms->block_bytes;
	__u64 kept = place->keep_free / rooms->block_bytes;

	if (rooms->free_blocks <= kept)
		return 0;
	if (blocks > rooms->free_blocks - kept)
		blocks = rooms->free_blocks - kept;
	return blocks < rooms->most_in_a_row ? blocks : rooms->most_in_a_row;
}

/* Chooses, and looks whether the choice is still right. */
static int choose(struct place *place, __u32 blocks, __u32 at_least_ask,
		  struct rooms_choice *choice)
{
	struct rooms *rooms = &place->rooms;
	__u32 least = LEAST_BYTES / rooms->block_bytes;

	while (rooms_choose(rooms, place->near, blocks, at_least_ask,
			    blocks < least ? blocks : least, MAX_MISSES,
			    choice)) {
		struct rooms_choice was = *choice;
		int err = read_rooms(place, was.group, was.group + 1);

		if (err)
			return err;
		if (rooms_choose(rooms, place->near, blocks, at_least_ask,
				 blocks < least ? blocks : least, MAX_MISSES,
				 choice) &&
		    choice->group == was.group &&
		    choice->ask_blocks == was.ask_blocks)
			return 0;
	}
	return -EADDRNOTAVAIL;
}

static int miss(struct place *place, enum place_miss why)
{
	place->miss = why;
	return -EADDRNOTAVAIL;
}

int place_allocate(struct place *place, int donor,
		   const struct move_piece *piece, __u64 *donor_start,
		   __u64 *bytes)
{
	struct rooms *rooms = &place->rooms;
	__u32 blocks = wanted(place, piece), at_least_ask = 1;
	struct rooms_choice choice;
	int err;

	if (!blocks)
		return miss(place, PLACE_FULL);
	for (unsigned int i = 0; i < MAX_TRIES; i++) {
		err = choose(place, blocks, at_least_ask, &choice);
		if (err == -EADDRNOTAVAIL && at_least_ask > 1) {
			at_least_ask = 1;
			err = choose(place, blocks, at_least_ask, &choice);
		}
		if (err == -EADDRNOTAVAIL)
			return miss(place, i ? PLACE_ELSEWHERE : PLACE_PIECES);
		if (!err)
			err = try(place, donor, piece, &choice,
				  i < MODULE_TRIES, donor_start);
		if (err < 0)
			return err;
		if (err)
			break;
		rooms->rooms[choice.group].misses++;
		at_least_ask = LARGE_BLOCKS < rooms->most_in_a_row
				       ? LARGE_BLOCKS
				       : rooms->most_in_a_row;
	}
	if (err != 1)
		return miss(place, PLACE_ELSEWHERE);
	rooms_use(rooms, place->near, choice.take_blocks);
	*bytes = (__u64)choice.take_blocks * rooms->block_bytes;
	return 0;
}
