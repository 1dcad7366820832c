/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many ranges each file has, kept as they come and go: for 50 files out of
 * a million ranges nobody has to count.
 */
#ifndef FRSP_RANGE_COUNT_H
#define FRSP_RANGE_COUNT_H

#include <linux/types.h>

/* All 0: empty. A hash table with open addressing and linear probing, at most
 * three quarters full; 12 bytes for a place.
 */
struct range_count {
	__u64 *files; /* hashes that stand for files; 0: a free place */
	__u32 *counts;
	__u32 n_places; /* a power of two */
	__u32 n_files;
};

/* A range more of a file: of its hash, which is not 0, all bits are used. 0 or
 * -ENOMEM.
 */
int range_count_add(struct range_count *count, __u64 file);

/* One less: one that was added. */
void range_count_drop(struct range_count *count, __u64 file);

__u32 range_count_of(const struct range_count *count, __u64 file);

void range_count_free(struct range_count *count);

#endif
