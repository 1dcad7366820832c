// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/relocate.h"

struct relocate {
	struct place *place;
	const struct file_range *ranges;
	size_t n_ranges;
};

static int plan(void *context, const struct file_extents *file, __u64 end,
		struct move_plan *plan)
{
	const struct relocate *relocate = context;
	const struct place *place = relocate->place;
	const struct move_plan_limits limits = {
		.piece_bytes = place_most_bytes(place),
		.end = end,
	};

	return move_plan_outside(file, &limits, place->area,
				 place->fs->block_bytes, relocate->ranges,
				 relocate->n_ranges, plan);
}

static int allocate(void *context, int donor, const struct move_piece *piece,
		    __u64 *donor_start, __u64 *bytes)
{
	const struct relocate *relocate = context;

	return place_allocate(relocate->place, donor, piece, donor_start,
			      bytes);
}

/* The donor is in the area, and the piece is not. */
static int choose(void *context, const struct file_extents *file,
		  const struct file_extents *donor, struct move_plan *parts)
{
	(void)context;
	(void)file;
	return move_plan_all(donor, parts);
}

void relocate_file(struct place *place, int path_fd, const char *path, int dir,
		   const struct file_range *ranges, size_t n_ranges,
		   const struct mover_options *options,
		   struct move_result *result)
{
	struct relocate relocate = {place, ranges, n_ranges};
	const struct mover_way way = {
		.plan = plan,
		.allocate = allocate,
		.choose = choose,
		.context = &relocate,
	};

	place->miss = PLACE_OK;
	mover_move_file(place->fs, path_fd, path, dir, &way, options, result);
	result->miss = place->miss;
}
