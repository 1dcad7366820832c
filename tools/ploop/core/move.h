/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving a mapped cluster to another slot while it is read and written. Runs on
 * runner 0, one at a time. */
#ifndef FRSP_PLOOP_MOVE_H
#define FRSP_PLOOP_MOVE_H

#include "ploop/core/request.h"

/* Moves the cluster to the slot, or to one of the pool (PLOOP_NO_SLOT). done()
 * gets 0, also if the cluster has no entry any more, or -errno: then it is
 * where it was. The entry's page is strict until the next commit. */
void move_start(struct ploop_image *image, __u32 cluster, __u32 slot,
		void (*done)(struct ploop_image *image, int result));

/* The entry that a change of the part may use now; it marks a move that runs as
 * overtaken. False: the request waits until the move has ended. */
bool move_look(struct ploop_request *request, const struct part *part,
	       __u32 *entry);

#endif
