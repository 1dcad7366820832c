/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A world: the engine with several runners on a simulated disk, a client that
 * knows what it was promised, and a scheduler that chooses what happens next.
 *
 * Each step is one thing: an I/O ends, a runner reads one message, the client
 * begins a request, or time passes. After steps that change the disk the world
 * looks at what crashes would leave (disk.h): the engine opens it, and each
 * sector must be one that the model allows. At the end of a generation such a
 * crash happens, and the next generation begins with what it left.
 */
#ifndef FRSP_SIM_WORLD_H
#define FRSP_SIM_WORLD_H

#include <linux/types.h>

struct world_report {
	__u64 states;	/* crashes that were looked at */
	__u64 requests; /* that ended */
	__u64 allocations;
	__u64 punches;
	__u64 commits;
	__u64 copies;
	__u64 moves;
	__u64 grown;
	__u64 shrunk;
	__u64 frozen;
	__u64 switched; /* to a new top */
	__u64 demotions;
	__u64 merged;
	__u64 reads;
	__u64 failed;	     /* requests */
	char violation[200]; /* "" = none */
};

enum world_kind {
	WORLD_ANY,
	WORLD_FAILING, /* writes, also of the table, and syncs fail now and then
			*/
	WORLD_DEMOTING, /* clusters go up and down between the top and the lower
			 * delta, and the top is merged */
	WORLD_READING, /* mostly reads, with first writes and discards between */
	WORLD_RESIZING, /* the length changes again and again, while single I/O
			 * takes very long */
};

/* Lives through the generations of a seed; adds to the report. Ends at the
 * first violation. */
void world_live(__u64 seed, enum world_kind kind, struct world_report *report);

#endif
