/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clusters of the file that no entry names, from one stage to the next.
 *
 *   freed ──commit──▶ resting ──grace──▶ quiet ──punch──▶ zeroed ──sync──▶ pool
 *
 * A slot is in at most one list. Slot 5 was cluster 9's: a discard clears entry
 * 9 in memory, and 5 is freed. When a commit has made entry 9 durable, 5 rests
 * until each runner has ended the I/O that it had begun when the grace began.
 * Then nobody writes to it, and it is punched; when a sync has made the zeros
 * stable, it is in the pool, and the next first write takes it. What a longer
 * file brings is zeroed. What is free when an image is opened has unknown
 * contents, and is quiet as soon as the pool needs it.
 *
 * The lists run through one array with a word for each slot, made at the
 * opening, so that moving a slot allocates nothing. Only pool and freed are
 * shared by runners; the lock guards these two. All others are the keeper's.
 */
#ifndef FRSP_PLOOP_SLOTS_H
#define FRSP_PLOOP_SLOTS_H

#include "ploop/core/engine.h"

/* A slot's word in the array, as long as it is in no list. */
#define SLOT_FREE 0
#define SLOT_USED 1

struct slot_list {
	__u32 first;
	__u32 last;
	__u32 n;
};

struct slots {
	__u32 *next;
	__u32 capacity; /* of next: more slots the file never has */
	__u32 n;	/* in the file */
	__u32 reserved; /* those below will be the table's: nobody takes them */
	__u32 limit;	/* nor those from here on: the file will end here */
	bool holds_punches; /* the keeper's: none begins */
	struct ploop_lock lock;
	struct slot_list pool;
	struct slot_list freed;
	/* the keeper's */
	struct slot_list unknown;
	struct slot_list committing; /* of the freed, when the commit began */
	struct slot_list resting;
	struct slot_list grace; /* of the resting, when the grace began */
	struct slot_list quiet;
	struct slot_list zeroed;
	struct slot_list syncing; /* of the zeroed, when the sync began */
};

void slot_list_put(struct slots *slots, struct slot_list *list, __u32 slot);
/* PLOOP_NO_SLOT: it is empty. */
__u32 slot_list_take(struct slots *slots, struct slot_list *list);
/* Empties from to the end of to. */
void slot_list_move(struct slots *slots, struct slot_list *to,
		    struct slot_list *from);

/* Orders it, the lowest first. */
void slot_list_sort(struct slots *slots, struct slot_list *list);
/* Takes the slots from end on out of all lists. */
void slots_forget(struct slots *slots, __u32 end);

/* Free slots that are on the way to the pool. */
__u32 slots_under_way(const struct slots *slots);

#endif
