/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the block table of an image piece by piece, so that a table of any
 * length takes little memory, and its holes no time.
 */
#ifndef FRSP_PLOOP_TABLE_PIECE_H
#define FRSP_PLOOP_TABLE_PIECE_H

#include <stdbool.h>
#include <endian.h>
#include <linux/types.h>

#include "ploop/image/file.h"

#define TABLE_PIECE 16384 /* entries: 64 KiB */

struct table_piece {
	__u32 first, n; /* the entries from first to first + n - 1 */
	bool is_hole;	/* all are 0, and .raw is not filled in */
	__le32 raw[TABLE_PIECE];
};

/* Reads the piece that begins with this entry, which is one of the table. 0 or
 * -errno.
 */
int table_piece_read(const struct image_file *file, __u32 entry,
		     struct table_piece *piece);

/* Where an entry is in the file. */
static inline __u64 table_byte(__u32 entry)
{
	return PLOOP_HEADER_BYTES + (__u64)entry * PLOOP_ENTRY_BYTES;
}

/* The value of an entry in the piece. */
static inline __u32 table_value(const struct table_piece *piece, __u32 entry)
{
	return piece->is_hole ? 0 : le32toh(piece->raw[entry - piece->first]);
}

#endif
