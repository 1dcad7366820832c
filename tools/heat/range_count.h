/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts the tracked ranges of each file as ranges come and go. So the 50 files
 * that are shown need no pass over a million ranges.
 */
#ifndef FRSP_RANGE_COUNT_H
#define FRSP_RANGE_COUNT_H

#include <linux/types.h>

/* A hash table with open addressing and linear probing, at most three quarters
 * full; a place takes 12 bytes. All 0: it is empty.
 */
struct range_count {
	__u64 *files; /* hashes that stand for files; 0: a free place */
	__u32 *counts;
	__u32 n_places; /* a power of two */
	__u32 n_files;
};

/* The file has one more range. file is a hash that is not 0; its bits from 32
 * on choose the place. Returns 0 or -ENOMEM.
 */
int range_count_add(struct range_count *count, __u64 file);

/* The file has one range less: one that was added before. */
void range_count_drop(struct range_count *count, __u64 file);

__u32 range_count_of(const struct range_count *count, __u64 file);

void range_count_free(struct range_count *count);

#endif
