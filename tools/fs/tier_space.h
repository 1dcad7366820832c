/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much is free in each tier of a mounted ext4, in the same sense as df(1):
 * the sum of the tiers is what statfs() says, if they cover the filesystem.
 *
 * Example: the groups have 100 GiB free, 30 of them in tier 0. 10 GiB of data
 * have no place yet, as ext4 chooses it when it writes them (delayed
 * allocation). statfs() takes them off: 90 GiB. Which tier they will be in
 * nobody knows, so each gives its share: 27 GiB are free in tier 0, 63 in
 * tier 1.
 */
#ifndef FRSP_TIER_SPACE_H
#define FRSP_TIER_SPACE_H

#include "fs/ext4_super.h"
#include "fs/free_space.h"
#include "fs/tier.h"

struct tier_space {
	__u64 all; /* free bytes, also outside of the tiers */
	__u64 bytes[TIER_MAX];
};

/* Adds a group, which has the bytes [start, end) of the filesystem and free ones
 * among them. If it is not in one tier only, known has its free ranges; what it
 * has more, such as preallocated blocks, counts for the tier with most of it.
 */
void tier_space_add(struct tier_space *space, const struct tiers *tiers,
		    __u64 start, __u64 end, __u64 free,
		    const struct free_space *known);

/* Takes off bytes that are promised to data without a place. */
void tier_space_promise(struct tier_space *space, __u64 bytes);

/* Reads it. fs: a directory of the filesystem. device: its device. name: of the
 * device in sysfs. 0 or -errno.
 */
int tier_space_read(int fs, int device, const char *name,
		    const struct ext4_super *super, const struct tiers *tiers,
		    struct tier_space *space);

#endif
