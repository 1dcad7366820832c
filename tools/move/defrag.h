/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves a file into fewer extents. */
#ifndef FRSP_MOVE_DEFRAG_H
#define FRSP_MOVE_DEFRAG_H

#include "move/facts.h"
#include "move/pace.h"

struct defrag_options {
	bool dry_run; /* only plan */
	/* Also move files that others have open, where frsp.ko makes that safe:
	 * move_fs.notes_exchanges
	 */
	bool in_use;
	__u64 keep_free; /* bytes that must stay available to others */
	struct move_pace *pace;
	/* Called after each step with the bytes of the plan and how many of
	 * them are done.
	 */
	void (*progress)(void *context, __u64 planned, __u64 done);
	void *context;
};

struct defrag_result {
	enum move_refusal refusal;
	int err;	    /* 0 or -errno */
	const char *failed; /* what failed; NULL: no error */
	size_t extents_before, extents_after;
	/* of the plan; 0: the file is as good as it gets, or it is refused */
	size_t pieces;
	__u64 planned_bytes;
	/* Pieces of the plan that stay: the free space has no place where they
	 * would have fewer extents.
	 */
	size_t pieces_kept;
	__u64 moved_bytes;
	double longest_s; /* the longest call of the exchange */
};

/*
 * Works on the file that path_fd (O_PATH) refers to; the caller knows that it
 * is a regular file. path: for the facts; dir: an open directory of the same
 * filesystem, where the donor is made.
 *
 * After dry_run, extents_after is the number of extents if each piece became
 * one extent. If the file has a plan but is refused, .pieces says so.
 *
 * Errors in .err: -EAGAIN: another process wants to open the file; -EINTR: the
 * program was told to end; -ENOSPC; -EUCLEAN: the file is not where the
 * exchange should have brought it; or another -errno. The file is whole in any
 * case, and what was moved stays moved.
 */
void defrag_file(const struct move_fs *fs, int path_fd, const char *path,
		 int dir, const struct defrag_options *options,
		 struct defrag_result *result);

#endif
