/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves what a file has outside of an area into it. */
#ifndef FRSP_MOVE_RELOCATE_H
#define FRSP_MOVE_RELOCATE_H

#include "move/mover.h"
#include "move/place.h"

/*
 * As mover_move_file(). place: open, for the same filesystem. ranges: only
 * these parts of the file, by rising start; NULL: all of it. If a part stays
 * because it got no blocks in the area, result->kept_bytes counts it, and
 * result->miss says why the last one did.
 */
void relocate_file(struct place *place, int path_fd, const char *path, int dir,
		   const struct file_range *ranges, size_t n_ranges,
		   const struct mover_options *options,
		   struct move_result *result);

#endif
