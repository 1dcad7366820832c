/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A top that is full: clusters go to the lower delta, if it may be written, so
 * that first writes need not fail. */
#ifndef FRSP_PLOOP_RELIEF_H
#define FRSP_PLOOP_RELIEF_H

#include "ploop/core/engine.h"

struct relief {
	struct ploop_request own;
	bool is_asked; /* a demotion waits for its turn, or runs */
	__u32 hand;    /* the next cluster to look at */
	int error;     /* of the last one */
};

#endif
