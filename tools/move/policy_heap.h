/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A binary heap of numbers of ranges by their keys: the least key is on top. It
 * knows where each range is, so keys can change.
 */
#ifndef FRSP_MOVE_POLICY_HEAP_H
#define FRSP_MOVE_POLICY_HEAP_H

#include <stdbool.h>
#include <linux/types.h>

struct policy_heap_entry {
	double key;
	__u32 range;
};

/* All 0: empty. */
struct policy_heap {
	struct policy_heap_entry *entries;
	__u32 n, size;
	__u32 *at; /* by range: where it is, if it is in the heap */
};

/* Makes room for the ranges below n, which the next functions need. 0 or
 * -ENOMEM.
 */
int policy_heap_reserve(struct policy_heap *heap, __u32 n);
void policy_heap_free(struct policy_heap *heap);

/* The range must not be in the heap. */
void policy_heap_add(struct policy_heap *heap, __u32 range, double key);
/* These two: the range must be in the heap. */
void policy_heap_change(struct policy_heap *heap, __u32 range, double key);
void policy_heap_remove(struct policy_heap *heap, __u32 range);

#endif
