/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to demote and to merge: one at a time, with those that resize. */
#ifndef FRSP_PLOOP_MERGE_H
#define FRSP_PLOOP_MERGE_H

#include "ploop/core/engine.h"

struct view;

/* The one that runs. */
struct merge {
	struct ploop_request own;
	__u32 cursor; /* the next cluster to look at */
	__u32 end;
	unsigned int passes;
	bool holds;	   /* runners read it: the top gets no new cluster */
	bool waits_idle;   /* for the keeper, to switch */
	struct view *view; /* as it will be */
};

#endif
