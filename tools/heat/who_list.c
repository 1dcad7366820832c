// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/who_list.h"

#include <stdlib.h>
#include <string.h>

static bool same_process(const struct hot_actor *a, const struct hot_actor *b)
{
	return !memcmp(&a->counts.key, &b->counts.key, sizeof(a->counts.key));
}

void who_list_add(struct who_list *list, const struct hot_actor *actor,
		  __u64 bytes)
{
	__u32 i = 0;

	while (i < list->n && !same_process(list->who[i].actor, actor))
		i++;
	if (i == WHO_LIST_MAX)
		return;
	if (i == list->n)
		list->who[list->n++] = (struct hot_row_who){.actor = actor};
	list->who[i].bytes += bytes;
}

static int most_bytes_first(const void *a, const void *b)
{
	__u64 x = ((const struct hot_row_who *)a)->bytes;
	__u64 y = ((const struct hot_row_who *)b)->bytes;

	return (x < y) - (x > y);
}

void who_list_add_row(struct who_list *list, const struct hot_row *row)
{
	for (__u32 i = 0; i < row->n_who; i++)
		who_list_add(list, row->who[i].actor, row->who[i].bytes);
}

void who_list_top(struct who_list *list, struct hot_row *row)
{
	qsort(list->who, list->n, sizeof(list->who[0]), most_bytes_first);
	row->n_who = list->n < FRSP_HOT_WHO ? list->n : FRSP_HOT_WHO;
	memcpy(row->who, list->who, row->n_who * sizeof(row->who[0]));
}
