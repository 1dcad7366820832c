/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves parts of a file to other blocks. What to move and where to is up to the
 * caller: see struct mover_way.
 */
#ifndef FRSP_MOVE_MOVER_H
#define FRSP_MOVE_MOVER_H

#include "move/donor.h"
#include "move/facts.h"
#include "move/miss.h"
#include "move/pace.h"
#include "move/plan.h"

/* What the commands do differently. Each function returns 0 or -errno. */
struct mover_way {
	/* Plans which pieces of the file to move. end: nothing beyond it can be
	 * moved. The mover frees the plan.
	 */
	int (*plan)(void *context, const struct file_extents *file, __u64 end,
		    struct move_plan *plan);
	/* Allocates blocks of the donor for the piece, or for its first part:
	 * *bytes, which begins as piece->bytes. The rest becomes a piece of its
	 * own then. Sets *donor_start to the offset in the donor that has them;
	 * it begins as piece->start. After an error the donor has no blocks.
	 * -EADDRNOTAVAIL: no place is good enough, so *bytes of the piece stay
	 * where they are, and what is behind them follows.
	 */
	int (*allocate)(void *context, int donor,
			const struct move_piece *piece, __u64 *donor_start,
			__u64 *bytes);
	/* Plans which parts of the piece to exchange, now that the donor has
	 * blocks. file, donor: the extents of both in the piece, cut at its
	 * ends, with offsets in the file. The mover frees the parts.
	 */
	int (*choose)(void *context, const struct file_extents *file,
		      const struct file_extents *donor,
		      struct move_plan *parts);
	void *context;
};

/* Calls that tell others about the work; each may be NULL. */
struct mover_hooks {
	/* Before any part of a piece is exchanged. file, donor: as in
	 * mover_way.choose. Another value than 0, a -errno, ends the file's
	 * move before the exchange.
	 */
	int (*before)(void *context, const struct move_piece *piece,
		      const struct file_extents *file,
		      const struct file_extents *donor);
	/* After the exchange of a piece for which .before was called, also if
	 * it failed half-way. now: the file's extents in the piece; none if
	 * they cannot be read. A -errno ends the file's move.
	 */
	int (*after)(void *context, const struct move_piece *piece,
		     const struct file_extents *now);
	/* Before each step, when all that was exchanged is committed. 0: go on.
	 * 1: not now, ask again soon; meanwhile the mover looks whether
	 * somebody wants the file, or the program is told to end. A -errno
	 * ends the file's move; move_result.failed is NULL then.
	 */
	int (*checkpoint)(void *context);
	/* After each step, with the bytes of the plan and how many of them are
	 * done.
	 */
	void (*progress)(void *context, __u64 planned, __u64 done);
	void *context;
};

struct mover_options {
	bool dry_run; /* only plan */
	/* Also move files that others have open, where frsp.ko makes that safe:
	 * move_fs.notes_exchanges
	 */
	bool in_use;
	__u64 keep_free; /* bytes that must stay available to others */
	struct move_pace *pace;
	struct mover_hooks hooks;
};

struct move_result {
	enum move_refusal refusal;
	int err;	    /* 0 or -errno */
	const char *failed; /* what failed; NULL: no error, or a hook's */
	size_t extents_before, extents_after;
	/* of the plan; 0: the file is as good as it gets, or it is refused */
	size_t pieces;
	__u64 planned_bytes;
	/* Of the plan, what stays: the free space has no better place. */
	__u64 kept_bytes;
	enum place_miss miss; /* why, if a tier has no place */
	__u64 moved_bytes;
	double longest_s; /* the longest call of the exchange */
	/* The disk has a part of the file only in its old blocks. kept: the
	 * name, in dir, of the file that has these now; "": there is none.
	 */
	bool is_torn;
	char kept[DONOR_NAME_LEN];
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
 * program was told to end; -ENOSPC; -EUCLEAN: .is_torn is set, or the file is
 * not where the exchange should have brought it; what a hook returned; or
 * another -errno. Unless .is_torn is set, the file is whole, and what was moved
 * stays moved.
 */
void mover_move_file(const struct move_fs *fs, int path_fd, const char *path,
		     int dir, const struct mover_way *way,
		     const struct mover_options *options,
		     struct move_result *result);

#endif
