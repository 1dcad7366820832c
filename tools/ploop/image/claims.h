/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slots of a file that something refers to. A bit each,
 * and no memory for long stretches without any.
 */
#ifndef FRSP_PLOOP_CLAIMS_H
#define FRSP_PLOOP_CLAIMS_H

#include <stdbool.h>
#include <linux/types.h>

struct claims {
	__u64 *words;
	__u64 n;
};

/* An empty set of n possible slots. 0 or -ENOMEM. */
int claims_make(struct claims *claims, __u64 n);
void claims_free(struct claims *claims);

/* Adds the slot. Returns false if it was there already. */
bool claims_add(struct claims *claims, __u64 slot);

/* Finds the first run of slots at or behind from that are not in the set.
 * Returns its length, 0: there is none; *first: where it begins.
 */
__u64 claims_gap(const struct claims *claims, __u64 from, __u64 *first);

#endif
