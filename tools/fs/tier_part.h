/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many bytes of a part of a file are on fast and on slow tiers. */
#ifndef FRSP_TIER_PART_H
#define FRSP_TIER_PART_H

#include "fs/fiemap.h"
#include "fs/tier.h"

struct tier_part {
	__u64 fast, slow;
};

/* Of the bytes [start, end) of the file that has these extents. *from: the first
 * extent that may be in it, at first 0; it is moved on, so parts must rise.
 */
struct tier_part tier_part_in(const struct tiers *tiers,
			      const struct file_extents *extents, size_t *from,
			      __u64 start, __u64 end);

#endif
