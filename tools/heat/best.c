// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Until the N-th candidate comes, the candidates are a plain array. Then the
 * array becomes a heap, and a new candidate replaces the worst one if it is
 * better.
 */
#include "heat/best.h"

#include <errno.h>
#include <stdlib.h>

/* Of two equal values the one with the higher index is worse, so that the order
 * is stable.
 */
static bool is_worse(const struct hot_candidate *a,
		     const struct hot_candidate *b)
{
	return a->value < b->value ||
	       (a->value == b->value && a->index > b->index);
}

void hot_best_reset(struct hot_best *best, __u32 max)
{
	best->n = 0;
	best->max = max;
}

void hot_best_free(struct hot_best *best)
{
	free(best->heap);
}

static void sift_down(struct hot_best *best, __u32 at)
{
	struct hot_candidate moving = best->heap[at];
	__u32 child;

	while ((child = 2 * at + 1) < best->n) {
		if (child + 1 < best->n &&
		    is_worse(&best->heap[child + 1], &best->heap[child]))
			child++;
		if (!is_worse(&best->heap[child], &moving))
			break;
		best->heap[at] = best->heap[child];
		at = child;
	}
	best->heap[at] = moving;
}

static int grow(struct hot_best *best)
{
	__u32 n = best->n_allocated ? best->n_allocated * 2 : 64;
	struct hot_candidate *heap = realloc(best->heap, n * sizeof(*heap));

	if (!heap)
		return -ENOMEM;
	best->heap = heap;
	best->n_allocated = n;
	return 0;
}

int hot_best_offer(struct hot_best *best, struct hot_candidate candidate)
{
	if (best->max && best->n == best->max) {
		if (is_worse(&best->heap[0], &candidate)) {
			best->heap[0] = candidate;
			sift_down(best, 0);
		}
		return 0;
	}
	if (best->n == best->n_allocated && grow(best))
		return -ENOMEM;
	best->heap[best->n++] = candidate;
	if (best->n == best->max)
		for (__u32 i = best->n / 2; i-- > 0;)
			sift_down(best, i);
	return 0;
}

bool hot_best_would_take(const struct hot_best *best, double value, __u32 index)
{
	const struct hot_candidate candidate = {.value = value, .index = index};

	return !best->max || best->n < best->max ||
	       is_worse(&best->heap[0], &candidate);
}

static int best_first(const void *a, const void *b)
{
	return is_worse(a, b) ? 1 : -1;
}

void hot_best_sort(struct hot_best *best)
{
	if (best->n)
		qsort(best->heap, best->n, sizeof(*best->heap), best_first);
}
