/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides which parts of a file are worth a move into fewer extents. */
#ifndef FRSP_MOVE_PLAN_H
#define FRSP_MOVE_PLAN_H

#include "fs/fiemap.h"

/* A part of a file to move: one or more whole extents that follow each other
 * without a hole, all written or all unwritten.
 */
struct move_piece {
	__u64 start, bytes;
	size_t n_extents; /* that it has now */
};

struct move_plan {
	struct move_piece *pieces;
	size_t n;
	__u64 bytes; /* of all pieces */
};

struct move_plan_limits {
	/* No piece is larger: a piece needs that much free space for as long
	 * as it is moved.
	 */
	__u64 piece_bytes;
	/* An extent of at least that length stays where it is. Reading it
	 * takes so much longer than the seek before it that the seek does not
	 * count.
	 */
	__u64 long_bytes;
	/* Nothing beyond it is moved: the file's size, rounded up to blocks. */
	__u64 end;
};

/*
 * Plans pieces of two or more extents each. Extents between long ones, holes or
 * changes from written to unwritten stay if they are alone, as moving them
 * saves nothing. 0 or -ENOMEM. The caller frees the plan.
 */
int move_plan_defrag(const struct file_extents *extents,
		     const struct move_plan_limits *limits,
		     struct move_plan *plan);

struct area;
/* Offsets of a file, [start, end). */
struct file_range {
	__u64 start, end;
};

/*
 * Plans pieces of all that is not in the area, for a move into it. ranges: only
 * these parts of the file, by rising start, grown to whole blocks; NULL: all of
 * it. limits->long_bytes does not count. 0 or -ENOMEM. The caller frees the
 * plan.
 */
int move_plan_outside(const struct file_extents *extents,
		      const struct move_plan_limits *limits,
		      const struct area *area, __u32 block_bytes,
		      const struct file_range *ranges, size_t n_ranges,
		      struct move_plan *plan);

/* Plans to exchange all that the donor has blocks for, a part for each of its
 * extents. 0 or -ENOMEM. The caller frees the plan.
 */
int move_plan_all(const struct file_extents *donor, struct move_plan *plan);

/*
 * Plans which parts of a piece to exchange, now that a donor for it is
 * allocated: for each extent of the donor, the file's extents that lie wholly
 * inside of it, if these are two or more. file, donor: the extents of both in
 * the piece, cut at its ends. 0 or -ENOMEM. The caller frees the plan.
 *
 * Example, with extents of the file in lower case, a letter per MiB, and those
 * of the donor in upper case:
 *
 *   file   aaabbcccddeeeeef
 *   donor  AAAAAAABBBBBBBBB   plan: aaabb, and ddeeeeef; ccc stays
 *
 * So it has 3 extents then: A, c, B.
 */
int move_plan_fit(const struct file_extents *file,
		  const struct file_extents *donor, struct move_plan *plan);
void move_plan_free(struct move_plan *plan);

#endif
