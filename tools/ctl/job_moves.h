/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a job moved, and where that is now, piece by piece: a job may have a
 * million of them.
 */
#ifndef FRSP_CTL_JOB_MOVES_H
#define FRSP_CTL_JOB_MOVES_H

#include "fs/mount.h"
#include "move/journal.h"

struct job_move {
	struct journal_piece piece;
	/* A word: where FIEMAP finds the piece, such as "moved"; NULL: it is
	 * not known.
	 */
	const char *place;
};

/* Only for the functions below. */
struct job_moves {
	struct journal *journal;
	__s64 *ids; /* of the pieces, in the order of the job */
	size_t n, next;
	struct mount_table *mounts; /* NULL: do not look at files */
	__s64 file_id;		    /* whose descriptor is open; 0: none */
	int fd;			    /* or -errno */
};

/*
 * Begins to read the pieces of a job. If it has ended, each is looked for: the
 * journal does not know what others did since, nor what became of an intent.
 * While it runs, its files are not touched. 0, or -errno: nothing to close.
 */
int job_moves_open(struct job_moves *moves, struct journal *journal,
		   const struct journal_job *job);
void job_moves_close(struct job_moves *moves);

/* Reads the next piece, which the caller frees by journal_free_piece(). 1:
 * there is one; 0: there was none left; or -errno.
 */
int job_moves_next(struct job_moves *moves, struct job_move *move);

#endif
