/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The best so many of slots that come one after the other. */
#ifndef FRSP_HOT_BEST_H
#define FRSP_HOT_BEST_H

#include <stdbool.h>
#include <linux/types.h>

struct hot_bytes {
	__u64 read;
	__u64 write;
};

struct hot_candidate {
	double value; /* the best is the greatest */
	__u32 index;  /* of the slot */
	struct hot_bytes delta;
};

/* A min-heap once full: its root is the first to go. */
struct hot_best {
	struct hot_candidate *heap;
	__u32 n;
	__u32 max; /* 0: all */
	__u32 n_allocated;
};

/* All 0 before the first use. */
void hot_best_reset(struct hot_best *best, __u32 max);
void hot_best_free(struct hot_best *best);

/* 0 or -ENOMEM */
int hot_best_offer(struct hot_best *best, struct hot_candidate candidate);

/* Whether a candidate of this value at index or behind it would be taken. */
bool hot_best_would_take(const struct hot_best *best, double value,
			 __u32 index);

/* Best first; by place among equals. Then nothing more can be offered. */
void hot_best_sort(struct hot_best *best);

#endif
