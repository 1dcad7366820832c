/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps the best N of a sequence of slots. */
#ifndef FRSP_HOT_BEST_H
#define FRSP_HOT_BEST_H

#include <stdbool.h>
#include <linux/types.h>

/* What a slot counted, in total or in an interval. The operations may wrap:
 * only their differences matter.
 */
struct hot_moved {
	__u64 read; /* bytes */
	__u64 write;
	__u32 reads; /* operations */
	__u32 writes;
};

struct hot_candidate {
	double value; /* the best is the greatest */
	__u32 index;  /* of the slot */
	struct hot_moved delta;
};

/* While it is full, a min-heap: its root is the worst candidate. */
struct hot_best {
	struct hot_candidate *heap;
	__u32 n;
	__u32 max; /* 0: keep all */
	__u32 n_allocated;
};

/* Empties best. It must be all 0 before the first call. */
void hot_best_reset(struct hot_best *best, __u32 max);
void hot_best_free(struct hot_best *best);

/* 0 or -ENOMEM */
int hot_best_offer(struct hot_best *best, struct hot_candidate candidate);

/* Whether a candidate with this value, at index or behind it, would be kept. */
bool hot_best_would_take(const struct hot_best *best, double value,
			 __u32 index);

/* Sorts the candidates: the best first, equal ones by index. Afterwards no
 * candidate can be offered until the next reset.
 */
void hot_best_sort(struct hot_best *best);

#endif
