/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's doubly linked lists: see types.h. */
#ifndef FRSP_SHIM_LIST_H
#define FRSP_SHIM_LIST_H

#include <linux/types.h>

struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list->prev = list;
}

static inline void list_add_tail(struct list_head *entry,
				 struct list_head *list)
{
	entry->next = list;
	entry->prev = list->prev;
	list->prev->next = entry;
	list->prev = entry;
}

static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
}

#define list_entry(node, type, member) container_of(node, type, member)
#define list_for_each_entry(each, list, member)                                \
	for (each = list_entry((list)->next, __typeof__(*each), member);       \
	     &each->member != (list);                                          \
	     each = list_entry(each->member.next, __typeof__(*each), member))

#endif
