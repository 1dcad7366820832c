// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pieces may be in any order, such as those of an undo, which go from the
 * file's end to its start. So they are joined in pairs, the pairs in pairs, and
 * so on: the work grows with the number of extents, not with its square.
 */
#include "move/undo_plan.h"

#include <errno.h>

#include "move/piece.h"

static __u64 end_of(const struct file_extent *extent)
{
	return extent->logical + extent->bytes;
}

static int add(struct file_extents *extents, __u64 offset, __u64 place,
	       __u64 until)
{
	const struct file_extent extent = {
		.logical = offset,
		.physical = place,
		.bytes = until - offset,
	};

	return file_extents_add(extents, &extent);
}

static __u64 last_end(const struct file_extents *extents)
{
	return extents->n ? end_of(&extents->extents[extents->n - 1]) : 0;
}

/* Adds to first what it does not have yet of second. */
static int cover(struct file_extents *first, const struct file_extents *second)
{
	__u64 end = last_end(first), until, place;
	struct file_extents both = {0};
	int err = 0;

	if (end < last_end(second))
		end = last_end(second);
	for (__u64 offset = 0; offset < end && !err; offset = until) {
		bool is_in;

		until = end;
		is_in = piece_place_at(first, offset, &place, &until);
		if (!is_in)
			is_in = piece_place_at(second, offset, &place, &until);
		if (is_in)
			err = add(&both, offset, place, until);
	}
	file_extents_free(first);
	*first = both;
	return err;
}

/* Where a piece is now, as far as the job knows. */
static const struct file_extents *new_place(const struct journal_piece *piece)
{
	return piece->is_done ? &piece->after : &piece->goal;
}

/* A part of the plan that a piece says: adds it to the extents, which are
 * empty. now: the file's. 0 or -ENOMEM.
 */
typedef int say(const struct file_extents *now,
		const struct journal_piece *piece,
		struct file_extents *extents);

static int say_old_place(const struct file_extents *now,
			 const struct journal_piece *piece,
			 struct file_extents *extents)
{
	(void)now;
	return cover(extents, &piece->before);
}

/* What is now where the piece should go. */
static int say_what_came(const struct file_extents *now,
			 const struct journal_piece *piece,
			 struct file_extents *extents)
{
	const struct file_extents *goal = new_place(piece);
	__u64 end = last_end(goal), until, place, now_place;
	int err = 0;

	for (__u64 offset = goal->n ? goal->extents[0].logical : 0;
	     offset < end && !err; offset = until) {
		until = end;
		if (piece_place_at(goal, offset, &place, &until) &&
		    piece_place_at(now, offset, &now_place, &until) &&
		    now_place == place)
			err = add(extents, offset, place, until);
	}
	return err;
}

/* Joins what the pieces say; where two say something, the earlier is right. */
static int join(const struct file_extents *now,
		const struct journal_piece *pieces, size_t n, say *say_part,
		struct file_extents *joined)
{
	struct file_extents second = {0};
	int err;

	*joined = (struct file_extents){0};
	if (!n)
		return 0;
	if (n == 1)
		return say_part(now, pieces, joined);
	err = join(now, pieces, n / 2, say_part, joined);
	if (!err)
		err = join(now, pieces + n / 2, n - n / 2, say_part, &second);
	if (!err)
		err = cover(joined, &second);
	file_extents_free(&second);
	return err;
}

static int make(const struct file_extents *now,
		const struct journal_piece *pieces, size_t n, __u64 end,
		struct file_extents *old_places, struct undo_plan *plan)
{
	struct file_extents came;
	int err = join(now, pieces, n, say_old_place, old_places);

	if (err)
		return err;
	err = join(now, pieces, n, say_what_came, &came);
	if (end > last_end(now))
		end = last_end(now);
	if (!err)
		err = piece_different(&came, old_places, 0, end, &plan->back);
	file_extents_free(&came);
	if (!err)
		plan->changed_bytes = file_extents_bytes(old_places) -
				      file_extents_bytes(&plan->back) -
				      piece_common(now, old_places);
	return err;
}

int undo_plan_make(const struct file_extents *now,
		   const struct journal_piece *pieces, size_t n, __u64 end,
		   struct undo_plan *plan)
{
	struct file_extents old_places = {0};
	int err;

	*plan = (struct undo_plan){0};
	err = make(now, pieces, n, end, &old_places, plan);
	file_extents_free(&old_places);
	if (err)
		undo_plan_free(plan);
	return err;
}

void undo_plan_free(struct undo_plan *plan)
{
	file_extents_free(&plan->back);
}

__u64 undo_plan_place(const struct undo_plan *plan, __u64 offset)
{
	__u64 place = 0, until = ~0ULL;

	piece_place_at(&plan->back, offset, &place, &until);
	return place;
}
