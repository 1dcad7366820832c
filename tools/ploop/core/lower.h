/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The delta below the top, if the engine may write it: clusters of the top are
 * demoted to it (demote.c). All of it belongs to runner 0.
 *
 * Its entries are set, and never cleared. So a slot is free or used, and needs
 * no way from one to the other as those of the top do (slots.h).
 */
#ifndef FRSP_PLOOP_LOWER_H
#define FRSP_PLOOP_LOWER_H

#include "ploop/core/engine.h"

struct delta;

struct lower {
	struct delta *delta; /* NULL: nobody writes it */
	__u32 *words;	     /* for each slot: SLOT_FREE or SLOT_USED */
	__u32 capacity;	     /* of words */
	__u32 n;	     /* slots in the file */
	__u32 cursor;	     /* none below is free */
	bool was_in_use;     /* at the opening: closing says that it is not */
	bool is_marked;	     /* since then */
	int error; /* a sync or a write of the table failed: for good */
	struct ploop_io io; /* one at a time */
	void (*done)(struct ploop_image *image, int result);
};

/* Whether the cluster can be demoted: 0, -EOPNOTSUPP or -EIO. */
int lower_check(const struct ploop_image *image, __u32 cluster);

/* Says in the file that it is in use, unless it does. done() may be called
 * before it returns; so also below. */
void lower_mark(struct ploop_image *image,
		void (*done)(struct ploop_image *image, int result));
/* Nothing is demoted any more: the file is as after a closing. */
void lower_close(struct ploop_image *image,
		 void (*done)(struct ploop_image *image, int result));

/* A slot that no entry names, with unknown contents. PLOOP_NO_SLOT: there is
 * none until the file is longer. */
__u32 lower_take(struct lower *lower);
void lower_give_back(struct lower *lower, __u32 slot);
void lower_extend(struct ploop_image *image,
		  void (*done)(struct ploop_image *image, int result));

/* Writes a cluster, and syncs. An error of the write is the cluster's only. */
void lower_write(struct ploop_image *image, __u32 slot, void *buffer,
		 void (*done)(struct ploop_image *image, int result));
/* Writes the page of the table with the cluster's entry, and syncs. */
void lower_commit(struct ploop_image *image, __u32 cluster,
		  void (*done)(struct ploop_image *image, int result));

#endif
