// SPDX-License-Identifier: GPL-2.0-or-later
/* frspctl defrag: moves each file that has more extents than it needs. */
#include "ctl/move_walk.h"
#include "move/defrag.h"

static void move(struct move_walk *walk, int path_fd, const char *path, int dir,
		 struct move_result *result)
{
	defrag_file(&walk->fs, path_fd, path, dir, &walk->options, result);
}

enum exit_code ctl_defrag(const struct ctl *ctl)
{
	static const struct move_report_schemas schemas = {
		.file = "frsp.defrag-file/1",
		.sum = "frsp.defrag/1",
	};
	struct move_walk walk = {.schemas = &schemas, .move = move};
	enum exit_code code = move_walk_check(ctl);

	return code == EXIT_OK ? move_walk(&walk, ctl, ctl->args, ctl->n_args)
			       : code;
}
