// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Example, with extents in MiB, long from 32 on, and pieces of at most 128:
 *
 *   at    0: 40 | at 40: 3, 1, 7, 2 | at 53: 60 | at 113: 5 | hole | at 200: 9,
 * 4
 *
 * The extents of 40 and 60 stay as they are. The four between them become a
 * piece of 13 MiB, which saves three extents if its new place is one extent.
 * The 5 stay, because they are alone. The last two become a piece of 13 MiB.
 * So 26 of 131 MiB move, and four of nine extents go.
 */
#include "move/plan.h"

#include <errno.h>
#include <stdlib.h>

/* Ends the piece. A piece of one extent is taken back. */
static void end_piece(struct move_plan *plan, struct move_piece *piece)
{
	if (piece->n_extents > 1) {
		plan->pieces[plan->n++] = *piece;
		plan->bytes += piece->bytes;
	}
	piece->n_extents = 0;
}

/* Whether the extent can be moved together with the piece, whose last extent
 * has the same kind as the extent if is_same_kind.
 */
static bool fits(const struct move_piece *piece,
		 const struct file_extent *extent, bool is_same_kind,
		 const struct move_plan_limits *limits)
{
	return piece->n_extents && is_same_kind &&
	       piece->start + piece->bytes == extent->logical &&
	       piece->bytes + extent->bytes <= limits->piece_bytes;
}

/* Cuts the extent at the end of what may move. False: nothing is left. */
static bool cut(struct file_extent *extent, __u64 end)
{
	if (extent->logical >= end)
		return false;
	if (extent->bytes > end - extent->logical)
		extent->bytes = end - extent->logical;
	return true;
}

static void add(struct move_piece *piece, const struct file_extent *extent)
{
	if (!piece->n_extents)
		*piece = (struct move_piece){.start = extent->logical};
	piece->bytes += extent->bytes;
	piece->n_extents++;
}

int move_plan_defrag(const struct file_extents *extents,
		     const struct move_plan_limits *limits,
		     struct move_plan *plan)
{
	struct move_piece piece = {0};
	bool last_unwritten = false;

	*plan = (struct move_plan){0};
	plan->pieces = calloc(extents->n / 2 + 1, sizeof(*plan->pieces));
	if (!plan->pieces)
		return -ENOMEM;
	for (size_t i = 0; i < extents->n; i++) {
		struct file_extent extent = extents->extents[i];

		if (!cut(&extent, limits->end))
			break;
		if (!fits(&piece, &extent, extent.unwritten == last_unwritten,
			  limits))
			end_piece(plan, &piece);
		if (extent.bytes < limits->long_bytes &&
		    extent.bytes <= limits->piece_bytes)
			add(&piece, &extent);
		else
			end_piece(plan, &piece);
		last_unwritten = extent.unwritten;
	}
	end_piece(plan, &piece);
	return 0;
}

static __u64 end_of(const struct file_extent *extent)
{
	return extent->logical + extent->bytes;
}

int move_plan_fit(const struct file_extents *file,
		  const struct file_extents *donor, struct move_plan *plan)
{
	struct move_piece piece = {0};
	size_t at = 0; /* in the donor */

	*plan = (struct move_plan){0};
	plan->pieces = calloc(file->n / 2 + 1, sizeof(*plan->pieces));
	if (!plan->pieces)
		return -ENOMEM;
	for (size_t i = 0; i < file->n; i++) {
		const struct file_extent *extent = &file->extents[i];

		while (at < donor->n &&
		       end_of(&donor->extents[at]) <= extent->logical) {
			end_piece(plan, &piece);
			at++;
		}
		if (at < donor->n &&
		    donor->extents[at].logical <= extent->logical &&
		    end_of(extent) <= end_of(&donor->extents[at]))
			add(&piece, extent);
		else
			end_piece(plan, &piece);
	}
	end_piece(plan, &piece);
	return 0;
}

void move_plan_free(struct move_plan *plan)
{
	free(plan->pieces);
	*plan = (struct move_plan){0};
}
