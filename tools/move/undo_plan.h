/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides what of a file to move back to where it was before a job. */
#ifndef FRSP_MOVE_UNDO_PLAN_H
#define FRSP_MOVE_UNDO_PLAN_H

#include "move/journal.h"

struct undo_plan {
	/* What to move, and where to: .physical is the old place. */
	struct file_extents back;
	/* Bytes that the job moved, and that are at none of the places where
	 * it left them, nor at their old one.
	 */
	__u64 changed_bytes;
};

/*
 * now: the file's extents. pieces: of the job, in its order; it may have moved
 * a part more than once, such as after a pause, and the last piece may be an
 * intent of which nobody knows what became. Only what is now where some piece
 * should go is moved back. end: nothing beyond it can be moved. 0 or -ENOMEM.
 * The caller frees the plan.
 */
int undo_plan_make(const struct file_extents *now,
		   const struct journal_piece *pieces, size_t n, __u64 end,
		   struct undo_plan *plan);
void undo_plan_free(struct undo_plan *plan);

/* Where the byte at offset is to go. It is in plan->back. */
__u64 undo_plan_place(const struct undo_plan *plan, __u64 offset);

#endif
