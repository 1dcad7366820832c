// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Example, with the area from 1000 on, and letters for places on the disk:
 *
 *   file    0: 300 blocks at 800 | 300: 100 at 200 | 400: 100 at 1500
 *   plan    0..199 | 300..399    the last 100 of the first extent are at 1000
 *
 * Neighbours in the file become one piece, wherever they are now.
 */
#include <errno.h>
#include <stdlib.h>

#include "move/area.h"
#include "move/plan.h"

struct planning {
	const struct move_plan_limits *limits;
	const struct area *area;
	struct move_plan *plan;
	const struct file_extent *last; /* of which something is in the plan */
};

static int append(struct move_plan *plan, const struct move_piece *piece)
{
	size_t n = plan->n;

	if (!(n & (n - 1))) { /* full: the capacity is a power of 2 */
		void *grown = reallocarray(plan->pieces, n ? 2 * n : 1,
					   sizeof(*piece));

		if (!grown)
			return -ENOMEM;
		plan->pieces = grown;
	}
	plan->pieces[plan->n++] = *piece;
	return 0;
}

/* Adds a part of one extent, of which nothing is in the area. */
static int add_outside(struct planning *planning,
		       const struct file_extent *extent, __u64 start, __u64 end)
{
	struct move_plan *plan = planning->plan;
	__u64 most = planning->limits->piece_bytes, room;
	struct move_piece *last = plan->n ? &plan->pieces[plan->n - 1] : NULL;
	int err = 0;

	plan->bytes += end - start;
	if (last && last->start + last->bytes == start &&
	    planning->last->unwritten == extent->unwritten) {
		room = most - last->bytes;
		room = room < end - start ? room : end - start;
		last->bytes += room;
		last->n_extents += room && planning->last != extent;
		start += room;
	}
	planning->last = extent;
	while (!err && start < end) {
		struct move_piece piece = {
			.start = start,
			.bytes = end - start < most ? end - start : most,
			.n_extents = 1,
		};

		err = append(plan, &piece);
		start += piece.bytes;
	}
	return err;
}

/* Adds what is outside of the area in a part of an extent. */
static int add_part(struct planning *planning, const struct file_extent *extent,
		    __u64 start, __u64 end)
{
	__u64 shift = extent->physical - extent->logical, until;
	int err = 0;

	for (; !err && start < end; start = until) {
		bool is_in = area_at(planning->area, start + shift, end + shift,
				     &until);

		until -= shift;
		if (!is_in)
			err = add_outside(planning, extent, start, until);
	}
	return err;
}

/* The part of an extent that may move: up to the limit. */
static __u64 end_of(const struct planning *planning,
		    const struct file_extent *extent)
{
	__u64 end = extent->logical + extent->bytes;

	return end < planning->limits->end ? end : planning->limits->end;
}

static int add_ranges(struct planning *planning,
		      const struct file_extent *extent, __u32 block_bytes,
		      const struct file_range *ranges, size_t n_ranges)
{
	__u64 limit = end_of(planning, extent), done = extent->logical;
	int err = 0;

	for (size_t i = 0; !err && i < n_ranges; i++) {
		__u64 start = ranges[i].start - ranges[i].start % block_bytes;
		__u64 end = ranges[i].end;

		if (end % block_bytes && end < limit)
			end += block_bytes - end % block_bytes;
		end = end < limit ? end : limit;
		start = start > done ? start : done;
		if (start >= end)
			continue;
		err = add_part(planning, extent, start, end);
		done = end;
	}
	return err;
}

int move_plan_outside(const struct file_extents *extents,
		      const struct move_plan_limits *limits,
		      const struct area *area, __u32 block_bytes,
		      const struct file_range *ranges, size_t n_ranges,
		      struct move_plan *plan)
{
	struct planning planning = {
		.limits = limits, .area = area, .plan = plan};
	const struct file_range all = {0, ~0ULL};
	int err = 0;

	*plan = (struct move_plan){0};
	if (!ranges) {
		ranges = &all;
		n_ranges = 1;
	}
	for (size_t i = 0; !err && i < extents->n; i++)
		err = add_ranges(&planning, &extents->extents[i], block_bytes,
				 ranges, n_ranges);
	if (err)
		move_plan_free(plan);
	return err;
}

int move_plan_all(const struct file_extents *donor, struct move_plan *plan)
{
	*plan = (struct move_plan){0};
	for (size_t i = 0; i < donor->n; i++) {
		struct move_piece part = {
			.start = donor->extents[i].logical,
			.bytes = donor->extents[i].bytes,
			.n_extents = 1,
		};

		if (append(plan, &part)) {
			move_plan_free(plan);
			return -ENOMEM;
		}
		plan->bytes += part.bytes;
	}
	return 0;
}
