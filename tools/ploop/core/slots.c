// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/core/slots.h"

void slot_list_put(struct slots *slots, struct slot_list *list, __u32 slot)
{
	if (list->n++)
		slots->next[list->last] = slot;
	else
		list->first = slot;
	list->last = slot;
}

__u32 slot_list_take(struct slots *slots, struct slot_list *list)
{
	__u32 slot = list->first;

	if (!list->n)
		return PLOOP_NO_SLOT;
	list->n--;
	if (list->n)
		list->first = slots->next[slot];
	return slot;
}

void slot_list_move(struct slots *slots, struct slot_list *to,
		    struct slot_list *from)
{
	if (!from->n)
		return;
	if (to->n)
		slots->next[to->last] = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->n += from->n;
	from->n = 0;
}

__u32 slots_under_way(const struct slots *slots)
{
	return slots->committing.n + slots->resting.n + slots->grace.n +
	       slots->quiet.n + slots->zeroed.n + slots->syncing.n;
}

static void append(struct slots *slots, struct slot_list *list,
		   struct slot_list *from)
{
	slot_list_put(slots, list, slot_list_take(slots, from));
}

/* Two ordered lists to one. */
static struct slot_list merge(struct slots *slots, struct slot_list a,
			      struct slot_list b)
{
	struct slot_list merged = {0};

	while (a.n && b.n)
		append(slots, &merged, a.first < b.first ? &a : &b);
	slot_list_move(slots, &merged, &a);
	slot_list_move(slots, &merged, &b);
	return merged;
}

/* parts[i] is empty or has 2^i slots in order, as in a binary counter. */
void slot_list_sort(struct slots *slots, struct slot_list *list)
{
	struct slot_list parts[33] = {0}, sorted = {0};

	while (list->n) {
		struct slot_list one = {0};
		int i = 0;

		append(slots, &one, list);
		for (; parts[i].n; i++) {
			one = merge(slots, parts[i], one);
			parts[i].n = 0;
		}
		parts[i] = one;
	}
	for (int i = 0; i < 33; i++)
		sorted = merge(slots, sorted, parts[i]);
	*list = sorted;
}

static void forget(struct slots *slots, struct slot_list *list, __u32 end)
{
	struct slot_list kept = {0};

	while (list->n) {
		__u32 slot = slot_list_take(slots, list);

		if (slot < end)
			slot_list_put(slots, &kept, slot);
	}
	*list = kept;
}

void slots_forget(struct slots *slots, __u32 end)
{
	struct slot_list *lists[] = {
		&slots->pool,	    &slots->freed,   &slots->unknown,
		&slots->committing, &slots->resting, &slots->grace,
		&slots->quiet,	    &slots->zeroed,  &slots->syncing,
	};

	for (unsigned int i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		forget(slots, lists[i], end);
}
