// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/undo.h"

#include <errno.h>
#include <stdlib.h>

#include "move/undo_plan.h"

struct undo {
	struct regain *regain;
	const struct journal_piece *pieces;
	size_t n;
	struct undo_plan plan; /* the last one */
};

/* A piece for each extent that the file had. The last is the first: a job moves
 * a file from its start, and may take for a later piece what an earlier one
 * left.
 */
static int plan(void *context, const struct file_extents *file, __u64 end,
		struct move_plan *plan)
{
	struct undo *undo = context;
	const struct file_extents *back = &undo->plan.back;
	int err;

	*plan = (struct move_plan){0};
	undo_plan_free(&undo->plan);
	err = undo_plan_make(file, undo->pieces, undo->n, end, &undo->plan);
	if (err)
		return err;
	plan->pieces = calloc(back->n + 1, sizeof(*plan->pieces));
	if (!plan->pieces)
		return -ENOMEM;
	for (size_t i = back->n; i > 0; i--) {
		plan->pieces[plan->n++] = (struct move_piece){
			.start = back->extents[i - 1].logical,
			.bytes = back->extents[i - 1].bytes,
			.n_extents = 1,
		};
		plan->bytes += back->extents[i - 1].bytes;
	}
	return 0;
}

static int allocate(void *context, int donor, const struct move_piece *piece,
		    __u64 *donor_start, __u64 *bytes)
{
	const struct undo *undo = context;

	return regain_allocate(undo->regain, donor, piece->start,
			       undo_plan_place(&undo->plan, piece->start),
			       donor_start, bytes);
}

/* All of the donor's part is at the old place. */
static int choose(void *context, const struct file_extents *file,
		  const struct file_extents *donor, struct move_plan *parts)
{
	(void)context;
	(void)file;
	return move_plan_all(donor, parts);
}

void undo_file(struct regain *regain, int path_fd, const char *path, int dir,
	       const struct journal_piece *pieces, size_t n_pieces,
	       const struct mover_options *options, struct move_result *result)
{
	struct undo undo = {.regain = regain, .pieces = pieces, .n = n_pieces};
	const struct mover_way way = {
		.plan = plan,
		.allocate = allocate,
		.choose = choose,
		.context = &undo,
	};

	regain->miss = PLACE_OK;
	mover_move_file(regain->fs, path_fd, path, dir, &way, options, result);
	result->miss = regain->miss;
	if (undo.plan.changed_bytes) {
		result->kept_bytes += undo.plan.changed_bytes;
		result->miss = PLACE_CHANGED;
		/* there was something to move */
		result->pieces += !result->pieces;
	}
	undo_plan_free(&undo.plan);
}
