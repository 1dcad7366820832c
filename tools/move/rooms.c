// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/rooms.h"

#include <errno.h>
#include <stdlib.h>

int rooms_init(struct rooms *rooms)
{
	rooms->n = (rooms->n_blocks - rooms->first_block + rooms->group_blocks -
		    1) /
		   rooms->group_blocks;
	/* MB_NUM_ORDERS() in fs/ext4/mballoc.h */
	rooms->most_in_a_row = 2 * rooms->block_bytes;
	while (rooms->most_in_a_row > rooms->group_blocks)
		rooms->most_in_a_row /= 2;
	rooms->free_blocks = 0;
	rooms->rooms = calloc(rooms->n, sizeof(*rooms->rooms));
	return rooms->rooms ? 0 : -ENOMEM;
}

void rooms_free(struct rooms *rooms)
{
	free(rooms->rooms);
	*rooms = (struct rooms){0};
}

__u64 rooms_start(const struct rooms *rooms, __u32 group)
{
	__u64 start = rooms->first_block + (__u64)group * rooms->group_blocks;

	return start < rooms->n_blocks ? start : rooms->n_blocks;
}

__u32 rooms_group_of(const struct rooms *rooms, __u64 block)
{
	return (block - rooms->first_block) / rooms->group_blocks;
}

/* The largest aligned row in the blocks [start, end) of a group. */
static __u32 row_in(const struct rooms *rooms, __u32 start, __u32 end)
{
	__u32 row = rooms->most_in_a_row;

	while (row && (start + row - 1) / row * row + row > end)
		row /= 2;
	return row;
}

/* Adds the part of a free range that is in the area; all are blocks of the
 * group.
 */
static void add_in_area(const struct rooms *rooms, struct room *room,
			__u32 start, __u32 end)
{
	__u32 row = row_in(rooms, start, end);

	room->area_free_blocks += end - start;
	if (row > room->row_blocks)
		room->row_blocks = row;
}

/* Adds a free range of the group; start, end: blocks of the filesystem. */
static void add_free(struct rooms *rooms, __u32 group, __u64 start, __u64 end,
		     const struct area *area)
{
	struct room *room = &rooms->rooms[group];
	__u64 first = rooms_start(rooms, group), bytes = rooms->block_bytes;
	__u64 until;

	room->free_blocks += end - start;
	room->free_extents++;
	for (; start < end; start = until) {
		bool is_in = area_at(area, start * bytes, end * bytes, &until);

		until /= bytes;
		if (is_in)
			add_in_area(rooms, room, start - first, until - first);
	}
}

static void reset(struct rooms *rooms, __u32 group, const struct area *area)
{
	struct room *room = &rooms->rooms[group];
	__u64 bytes = rooms->block_bytes;

	rooms->free_blocks -= room->area_free_blocks;
	*room = (struct room){
		.is_whole = area_has(area, rooms_start(rooms, group) * bytes,
				     rooms_start(rooms, group + 1) * bytes),
		.misses = room->misses,
	};
}

void rooms_take(struct rooms *rooms, __u32 from, __u32 to,
		const struct free_space *space, const struct area *area)
{
	for (__u32 group = from; group < to; group++)
		reset(rooms, group, area);
	for (size_t i = 0; i < space->n; i++) {
		__u64 start = space->ranges[i].start / rooms->block_bytes;
		__u64 end = space->ranges[i].end / rooms->block_bytes;

		while (start < end) {
			__u32 group = rooms_group_of(rooms, start);
			__u64 until = rooms_start(rooms, group + 1);

			until = until < end ? until : end;
			add_free(rooms, group, start, until, area);
			start = until;
		}
	}
	for (__u32 group = from; group < to; group++)
		rooms->free_blocks += rooms->rooms[group].area_free_blocks;
}

void rooms_use(struct rooms *rooms, __u32 group, __u32 blocks)
{
	struct room *room = &rooms->rooms[group];

	if (blocks > room->area_free_blocks)
		blocks = room->area_free_blocks;
	room->area_free_blocks -= blocks;
	rooms->free_blocks -= blocks;
}

static __u32 round_to_power(__u32 blocks)
{
	__u32 power = 1;

	while (power < blocks)
		power *= 2;
	return power;
}

struct rooms_choice rooms_ask(const struct rooms *rooms, __u32 group,
			      __u32 blocks, __u32 at_least_ask)
{
	const struct room *room = &rooms->rooms[group];
	__u32 ask = blocks > at_least_ask ? blocks : at_least_ask;
	__u32 power = round_to_power(ask);
	struct rooms_choice choice = {.group = group};

	if (!room->row_blocks)
		return choice;
	/* A request of one block is not counted as a power of 2. */
	if ((ask == 1 || ask != power) && room->is_whole &&
	    room->free_blocks / room->free_extents >= ask)
		choice.ask_blocks = ask;
	else if (room->row_blocks >= power)
		choice.ask_blocks = power;
	else
		return choice;
	choice.take_blocks = blocks;
	return choice;
}

/* The first group from near on that holds all of the blocks. */
static bool choose_for_all(const struct rooms *rooms, __u32 near, __u32 blocks,
			   __u32 at_least_ask, unsigned int max_misses,
			   bool is_whole, struct rooms_choice *choice)
{
	for (__u32 i = 0; i < rooms->n; i++) {
		__u32 group = (near + i) % rooms->n;
		const struct room *room = &rooms->rooms[group];

		if (room->is_whole != is_whole || room->misses >= max_misses)
			continue;
		*choice = rooms_ask(rooms, group, blocks, at_least_ask);
		if (choice->take_blocks)
			return true;
	}
	return false;
}

/* The first group with the longest row. That can be longer than all of the
 * blocks, where more is to be asked for than the row has.
 */
static bool choose_longest(const struct rooms *rooms, __u32 near, __u32 blocks,
			   __u32 at_least, unsigned int max_misses,
			   struct rooms_choice *choice)
{
	*choice = (struct rooms_choice){0};
	for (__u32 i = 0; i < rooms->n; i++) {
		__u32 group = (near + i) % rooms->n;
		const struct room *room = &rooms->rooms[group];

		if (room->misses < max_misses &&
		    room->row_blocks > choice->ask_blocks)
			*choice = (struct rooms_choice){group, room->row_blocks,
							room->row_blocks};
	}
	if (choice->take_blocks > blocks)
		choice->take_blocks = blocks;
	return choice->take_blocks && choice->take_blocks >= at_least;
}

bool rooms_choose(const struct rooms *rooms, __u32 near, __u32 blocks,
		  __u32 at_least_ask, __u32 at_least_take,
		  unsigned int max_misses, struct rooms_choice *choice)
{
	return choose_for_all(rooms, near, blocks, at_least_ask, max_misses,
			      true, choice) ||
	       choose_for_all(rooms, near, blocks, at_least_ask, max_misses,
			      false, choice) ||
	       choose_longest(rooms, near, blocks, at_least_take, max_misses,
			      choice);
}
