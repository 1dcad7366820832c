/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a job moved, and where that is now. */
#ifndef FRSP_CTL_JOB_MOVES_H
#define FRSP_CTL_JOB_MOVES_H

#include "move/journal.h"

struct job_move {
	struct journal_piece piece;
	/* A word: where FIEMAP finds the piece, such as "moved"; NULL: it is
	 * not known.
	 */
	const char *place;
};

struct job_moves {
	struct job_move *moves; /* in the order of the job */
	size_t n;
};

/*
 * Reads the pieces of a job. If it has ended, looks where they are: the journal
 * does not know what others did since, nor what became of an intent. While it
 * runs, its files are not touched. 0 or -errno; the caller frees the moves.
 */
int job_moves_read(struct journal *journal, const struct journal_job *job,
		   struct job_moves *moves);
void job_moves_free(struct job_moves *moves);

#endif
