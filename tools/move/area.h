/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The blocks of a filesystem where data are to be: those of one or more tiers.
 */
#ifndef FRSP_MOVE_AREA_H
#define FRSP_MOVE_AREA_H

#include <stdbool.h>

#include "fs/tier.h"

struct area_range {
	__u64 start, end; /* bytes, multiples of a block */
};

struct area {
	struct area_range *ranges; /* by rising start; none touches another */
	size_t n;
};

/* in: the tiers, as bits. A block that is in two tiers, as their border is
 * inside of it, is in the area only if both are. 0 or -ENOMEM; the caller frees
 * the area.
 */
int area_make(const struct tiers *tiers, __u64 in, __u32 block_bytes,
	      struct area *area);
void area_free(struct area *area);

/* Whether the byte at start is in the area. Sets *until to where that changes,
 * or to end if it does not change before.
 */
bool area_at(const struct area *area, __u64 start, __u64 end, __u64 *until);

/* Whether all the bytes [start, end) are in the area. */
bool area_has(const struct area *area, __u64 start, __u64 end);

#endif
