/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers the accesses of an interval, in any order, into a frame. */
#ifndef FRSP_TRACE_GATHER_H
#define FRSP_TRACE_GATHER_H

#include "trace/trace.h"

struct trace_accesses {
	struct trace_access *all;
	size_t n, size;
};

/* All 0: empty. */
struct trace_gather {
	struct trace_accesses ranges, totals;
};

/* Adds an access, or with TRACE_RANGE_FILE a total. Returns 0 or -ENOMEM. */
int trace_gather_add(struct trace_gather *gather,
		     const struct trace_access *access);

/* Adds up what has one key. */
void trace_gather_sort(struct trace_gather *gather);

/* Sorts it, adds an empty total for each file that has only ranges, and sets the
 * arrays of frame, which are valid until the next call. Returns 0 or -ENOMEM.
 */
int trace_gather_end(struct trace_gather *gather, struct trace_frame *frame);

/* Empties it. */
void trace_gather_clear(struct trace_gather *gather);
void trace_gather_free(struct trace_gather *gather);

#endif
