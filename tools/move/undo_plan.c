// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pieces of a job follow each other in the file, unless the job moved a
 * part again. So the pieces are taken in runs that do: the work grows with the
 * number of extents times the number of runs, and most jobs have one run.
 */
#include "move/undo_plan.h"

#include <errno.h>

#include "move/piece.h"

static __u64 end_of(const struct file_extent *extent)
{
	return extent->logical + extent->bytes;
}

/* True: the byte at offset is at *place. Sets *until to where that changes, or
 * to where an extent begins; it is at most as it was.
 */
static bool place_at(const struct file_extents *extents, __u64 offset,
		     __u64 *place, __u64 *until)
{
	size_t low = 0, high = extents->n; /* the first that ends beyond it */
	const struct file_extent *extent;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (end_of(&extents->extents[middle]) <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == extents->n)
		return false;
	extent = &extents->extents[low];
	if (extent->logical > offset) {
		if (*until > extent->logical)
			*until = extent->logical;
		return false;
	}
	if (*until > end_of(extent))
		*until = end_of(extent);
	*place = extent->physical + offset - extent->logical;
	return true;
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
		is_in = place_at(first, offset, &place, &until);
		if (!is_in)
			is_in = place_at(second, offset, &place, &until);
		if (is_in)
			err = add(&both, offset, place, until);
	}
	file_extents_free(first);
	*first = both;
	return err;
}

/* What is in places where "from" has it goes to where "to" has it. */
static int replace(struct file_extents *places, const struct file_extents *from,
		   const struct file_extents *to)
{
	__u64 end = last_end(places), until, place, from_place, to_place;
	struct file_extents replaced = {0};
	int err = 0;

	for (__u64 offset = 0; offset < end && !err; offset = until) {
		until = end;
		if (!place_at(places, offset, &place, &until))
			continue;
		if (place_at(from, offset, &from_place, &until) &&
		    from_place == place &&
		    place_at(to, offset, &to_place, &until))
			place = to_place;
		err = add(&replaced, offset, place, until);
	}
	file_extents_free(places);
	*places = replaced;
	return err;
}

/* Adds what is elsewhere now than in places. */
static int add_different(const struct file_extents *now,
			 const struct file_extents *places, __u64 end,
			 struct file_extents *back)
{
	__u64 until, place, now_place;
	int err = 0;

	for (__u64 offset = 0; offset < end && !err; offset = until) {
		until = end;
		if (place_at(now, offset, &now_place, &until) &&
		    place_at(places, offset, &place, &until) &&
		    place != now_place)
			err = add(back, offset, place, until);
	}
	return err;
}

/* Where a piece is now, as far as the job knows. */
static const struct file_extents *new_place(const struct journal_piece *piece)
{
	return piece->is_done ? &piece->after : &piece->goal;
}

static const struct file_extents *old_place(const struct journal_piece *piece)
{
	return &piece->before;
}

static __u64 piece_end(const struct journal_piece *piece)
{
	__u64 before = last_end(old_place(piece));
	__u64 after = last_end(new_place(piece));

	return before > after ? before : after;
}

static bool begins_before(const struct file_extents *extents, __u64 offset)
{
	return extents->n && extents->extents[0].logical < offset;
}

static bool is_behind(const struct journal_piece *piece, __u64 offset)
{
	return !begins_before(old_place(piece), offset) &&
	       !begins_before(new_place(piece), offset);
}

/* Joins the places of the piece *i and of those that follow it in the list and
 * in the file. *i becomes the first that is left.
 */
static int
join(const struct journal_piece *pieces, size_t n, size_t *i,
     const struct file_extents *(*place)(const struct journal_piece *),
     struct file_extents *joined)
{
	__u64 end = 0;
	int err = 0;

	*joined = (struct file_extents){0};
	for (; *i < n && is_behind(&pieces[*i], end) && !err; ++*i) {
		const struct file_extents *extents = place(&pieces[*i]);

		for (size_t j = 0; j < extents->n && !err; j++)
			err = file_extents_add(joined, &extents->extents[j]);
		end = piece_end(&pieces[*i]);
	}
	return err;
}

/* old_places: begins empty. It becomes where all that the job moved was. */
static int cover_all(const struct journal_piece *pieces, size_t n,
		     struct file_extents *old_places)
{
	int err = 0;

	for (size_t i = 0; i < n && !err;) {
		struct file_extents joined;

		err = join(pieces, n, &i, old_place, &joined);
		if (!err)
			err = cover(old_places, &joined);
		file_extents_free(&joined);
	}
	return err;
}

static int replace_all(struct file_extents *places,
		       const struct journal_piece *pieces, size_t n,
		       const struct file_extents *old_places)
{
	int err = 0;

	for (size_t i = 0; i < n && !err;) {
		struct file_extents joined;

		err = join(pieces, n, &i, new_place, &joined);
		if (!err)
			err = replace(places, &joined, old_places);
		file_extents_free(&joined);
	}
	return err;
}

static int make(const struct file_extents *now,
		const struct journal_piece *pieces, size_t n, __u64 end,
		struct file_extents *old_places, struct undo_plan *plan)
{
	struct file_extents places = {0};
	int err = cover_all(pieces, n, old_places);

	if (!err)
		err = cover(&places, now); /* a copy */
	if (!err)
		err = replace_all(&places, pieces, n, old_places);
	if (end > last_end(now))
		end = last_end(now);
	if (!err)
		err = add_different(now, &places, end, &plan->back);
	file_extents_free(&places);
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

	place_at(&plan->back, offset, &place, &until);
	return place;
}
