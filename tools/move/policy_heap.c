// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/policy_heap.h"

#include <errno.h>
#include <stdlib.h>

int policy_heap_reserve(struct policy_heap *heap, __u32 n)
{
	struct policy_heap_entry *entries;
	__u32 *at;

	if (n <= heap->size)
		return 0;
	entries = reallocarray(heap->entries, n, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	heap->entries = entries;
	at = reallocarray(heap->at, n, sizeof(*at));
	if (!at)
		return -ENOMEM;
	heap->at = at;
	heap->size = n;
	return 0;
}

void policy_heap_free(struct policy_heap *heap)
{
	free(heap->entries);
	free(heap->at);
	*heap = (struct policy_heap){0};
}

static void put(struct policy_heap *heap, __u32 i,
		struct policy_heap_entry entry)
{
	heap->entries[i] = entry;
	heap->at[entry.range] = i;
}

static void rise(struct policy_heap *heap, __u32 i,
		 struct policy_heap_entry entry)
{
	while (i && heap->entries[(i - 1) / 2].key > entry.key) {
		put(heap, i, heap->entries[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(heap, i, entry);
}

static void sink(struct policy_heap *heap, __u32 i,
		 struct policy_heap_entry entry)
{
	for (__u32 child = 2 * i + 1; child < heap->n; child = 2 * i + 1) {
		if (child + 1 < heap->n &&
		    heap->entries[child + 1].key < heap->entries[child].key)
			child++;
		if (heap->entries[child].key >= entry.key)
			break;
		put(heap, i, heap->entries[child]);
		i = child;
	}
	put(heap, i, entry);
}

void policy_heap_add(struct policy_heap *heap, __u32 range, double key)
{
	struct policy_heap_entry entry = {key, range};

	rise(heap, heap->n++, entry);
}

void policy_heap_change(struct policy_heap *heap, __u32 range, double key)
{
	struct policy_heap_entry entry = {key, range};
	__u32 i = heap->at[range];

	if (key < heap->entries[i].key)
		rise(heap, i, entry);
	else
		sink(heap, i, entry);
}

void policy_heap_remove(struct policy_heap *heap, __u32 range)
{
	__u32 i = heap->at[range];
	struct policy_heap_entry last = heap->entries[--heap->n];

	if (i == heap->n)
		return;
	if (last.key < heap->entries[i].key)
		rise(heap, i, last);
	else
		sink(heap, i, last);
}
