/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds up what processes moved of a file, a range or some files. */
#ifndef FRSP_HOT_WHO_LIST_H
#define FRSP_HOT_WHO_LIST_H

#include "heat/actors.h"

/* More processes are not told apart: their bytes are left out. */
#define WHO_LIST_MAX 32

struct who_list {
	struct hot_row_who who[WHO_LIST_MAX];
	__u32 n;
};

/* A process that left the table and came back has two actors, and is one
 * process here.
 */
void who_list_add(struct who_list *list, const struct hot_actor *actor,
		  __u64 bytes);

/* Adds the processes of a row. */
void who_list_add_row(struct who_list *list, const struct hot_row *row);

/* Sorts the list, and gives the row those with the most bytes. */
void who_list_top(struct who_list *list, struct hot_row *row);

#endif
