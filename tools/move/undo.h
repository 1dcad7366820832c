/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves what a job has moved back to where it was. */
#ifndef FRSP_MOVE_UNDO_H
#define FRSP_MOVE_UNDO_H

#include "move/journal.h"
#include "move/mover.h"
#include "move/regain.h"

/*
 * As mover_move_file(). regain: open, for the same filesystem. pieces: those of
 * the file in the job's order. What is not where the job left it stays, and so
 * does what has no free place: result->kept_bytes counts both, and result->miss
 * says why the last one stays.
 */
void undo_file(struct regain *regain, int path_fd, const char *path, int dir,
	       const struct journal_piece *pieces, size_t n_pieces,
	       const struct mover_options *options, struct move_result *result);

#endif
