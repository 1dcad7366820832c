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
