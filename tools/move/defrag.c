// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/defrag.h"

#include "move/donor.h"

#define LONG_BYTES (32ULL << 20)

struct defrag {
	const struct move_fs *fs;
	const struct mover_options *options;
};

static int plan(void *context, const struct file_extents *file, __u64 end,
		struct move_plan *plan)
{
	const struct defrag *defrag = context;
	struct move_plan_limits limits = {
		.piece_bytes =
			(__u64)DONOR_MAX_BLOCKS * defrag->fs->block_bytes,
		.long_bytes = LONG_BYTES,
		.end = end,
	};

	return move_plan_defrag(file, &limits, plan);
}

/* ext4 chooses the place. */
static int allocate(void *context, int donor, const struct move_piece *piece,
		    __u64 *donor_start, __u64 *bytes)
{
	const struct defrag *defrag = context;

	(void)piece;
	return donor_allocate(donor, *donor_start, *bytes,
			      defrag->options->keep_free);
}

static int choose(void *context, const struct file_extents *file,
		  const struct file_extents *donor, struct move_plan *parts)
{
	(void)context;
	return move_plan_fit(file, donor, parts);
}

void defrag_file(const struct move_fs *fs, int path_fd, const char *path,
		 int dir, const struct mover_options *options,
		 struct move_result *result)
{
	struct defrag defrag = {.fs = fs, .options = options};
	const struct mover_way way = {
		.plan = plan,
		.allocate = allocate,
		.choose = choose,
		.context = &defrag,
	};

	mover_move_file(fs, path_fd, path, dir, &way, options, result);
}
