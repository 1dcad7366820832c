/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving a cluster of the top to the lower delta while it is read and written.
 * Runs on runner 0, one at a time. */
#ifndef FRSP_PLOOP_DEMOTE_H
#define FRSP_PLOOP_DEMOTE_H

#include "ploop/core/engine.h"

struct table_page;

struct demote {
	struct ploop_request own; /* for what it does itself */
	__u32 cluster;
	__u32 from;    /* slot of the top */
	__u32 to;      /* slot of the lower delta, or PLOOP_NO_SLOT */
	bool waits;    /* for the claim of the cluster */
	bool is_named; /* an entry of the lower delta has that slot */
	unsigned int tries;
	struct table_page *page; /* of the top */
	void (*done)(struct ploop_image *image, int result);
};

/* done() gets 0, also if the top does not have the cluster any more, or -errno:
 * then the top still has it. -EOPNOTSUPP: no lower delta may be written, or it
 * is too short. */
void demote_start(struct ploop_image *image, __u32 cluster,
		  void (*done)(struct ploop_image *image, int result));

#endif
