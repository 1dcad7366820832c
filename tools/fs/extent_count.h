/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts the extents of an open file, with FIEMAP: how many there are, how many
 * pieces they make on the disk, and on which tier they are.
 *
 * An extent that begins where the one before it ends, in the file and on the
 * disk, is no further piece. Example, with 8 blocks of a file in 3 extents:
 *
 *   file      0-3      4-5      6-7
 *   disk    100-103  104-105  900-901      3 extents, 2 pieces
 */
#ifndef FRSP_EXTENT_COUNT_H
#define FRSP_EXTENT_COUNT_H

#include <stdbool.h>
#include <linux/fiemap.h>
#include <linux/types.h>

#include "fs/extent_cache.h"
#include "fs/tier.h"

/* Has no pointers, so it can be in shared memory. All 0: nothing is counted. */
struct extent_count {
	__u64 n_extents;
	__u64 n_pieces;
	__u64 mapped_bytes;
	__u64 largest_bytes; /* the largest piece */
	__u64 unwritten_bytes, shared_bytes;
	__u64 unplaced_bytes; /* not on the disk yet, or inside of the inode */
	__u64 encoded_bytes;  /* compressed or encrypted: length in the file */
	__u64 tier_bytes[TIER_MAX];
	__u64 end; /* of the file's bytes that were looked at */
	bool is_complete;
	enum extent_cache cache;
	bool stop; /* whoever shares the memory sets it, to end the count */

	/* the last piece, for the next extent */
	__u64 piece_bytes, next_logical, next_physical;
};

/* Adds the next extent of the file. */
void extent_count_add(struct extent_count *count,
		      const struct fiemap_extent *extent,
		      const struct tiers *tiers);

/* Counts the extents of a file that is open for reading; it flushes no data. On
 * ext4 it then clears the file's entries in the cache of extents (see
 * hotmon(8)). count is up to date all the time. tiers: may have none. Returns 0
 * or -errno; -EOPNOTSUPP: the filesystem has no FIEMAP; -ECANCELED: .stop.
 */
int extent_count_file(int fd, const struct tiers *tiers,
		      struct extent_count *count);

#endif
