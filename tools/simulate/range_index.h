/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives each range of each file a number: 0, 1, 2, ... in the order in which
 * they are asked for. Ranges of a file are kept 16 to a chunk, so that a walk
 * over them is fast.
 */
#ifndef FRSP_SIMULATE_RANGE_INDEX_H
#define FRSP_SIMULATE_RANGE_INDEX_H

#include <linux/types.h>

#define RANGE_INDEX_CHUNK 16

struct range_chunk {
	__u32 file, first; /* its first range, a multiple of the size */
	__u32 numbers[RANGE_INDEX_CHUNK]; /* plus 1; 0: none yet */
};

/* All 0: empty. */
struct range_index {
	struct range_chunk *chunks;
	__u32 n_chunks, size;
	__u32 *table; /* of chunks, plus 1, by hash */
	__u32 mask;
	__u32 last;   /* the chunk of the last look-up */
	__u32 *files; /* by number */
	__u32 n, n_size;
};

/* Gives a new range a number if there is none. 0 or -ENOMEM. */
int range_index_get(struct range_index *index, __u32 file, __u32 range,
		    __u32 *number);
void range_index_free(struct range_index *index);

#endif
