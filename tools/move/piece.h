/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a part of a file is on the disk, and whether it is where it was. */
#ifndef FRSP_MOVE_PIECE_H
#define FRSP_MOVE_PIECE_H

#include "fs/fiemap.h"

/* Reads the extents in the bytes [start, start + bytes), cut at its ends. As
 * file_extents_read().
 */
int piece_read(int fd, __u64 start, __u64 bytes, struct file_extents *extents);
/* The same, as file_extents_peek(). */
int piece_peek(int fd, __u64 start, __u64 bytes, struct file_extents *extents);

/* True: the byte at offset is at *place. *until begins as the end of what is
 * asked for, and is lowered to where that changes, or to where an extent begins
 * or ends.
 */
bool piece_place_at(const struct file_extents *extents, __u64 offset,
		    __u64 *place, __u64 *until);

/* Adds to parts what of the bytes [start, end) both have, but at different
 * places; .physical is the place in "then". 0 or -ENOMEM.
 */
int piece_different(const struct file_extents *now,
		    const struct file_extents *then, __u64 start, __u64 end,
		    struct file_extents *parts);

/* How many bytes are at the same place in both. */
__u64 piece_common(const struct file_extents *a, const struct file_extents *b);

enum piece_place {
	PIECE_MOVED,	 /* all of it is at the new place */
	PIECE_NOT_MOVED, /* all of it is at the old place */
	PIECE_PARTLY,	 /* each byte is at one of the two */
	PIECE_ELSEWHERE, /* others have moved, overwritten or cut it since */
};

/* Compares where the piece is now with where it was and where it should go. */
enum piece_place piece_compare(const struct file_extents *now,
			       const struct file_extents *old_place,
			       const struct file_extents *new_place);

#endif
