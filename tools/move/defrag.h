/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves a file into fewer extents. */
#ifndef FRSP_MOVE_DEFRAG_H
#define FRSP_MOVE_DEFRAG_H

#include "move/mover.h"

/* As mover_move_file(). A piece whose donor would not have fewer extents stays
 * where it is.
 */
void defrag_file(const struct move_fs *fs, int path_fd, const char *path,
		 int dir, const struct mover_options *options,
		 struct move_result *result);

#endif
