/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An interval as numbers in columns (trace/format.h), and back. */
#ifndef FRSP_TRACE_INTERVAL_H
#define FRSP_TRACE_INTERVAL_H

#include "trace/column.h"
#include "trace/format.h"
#include "trace/trace.h"

/* Adds the interval to the columns. after_ns: the end of the interval before it
 * in the chunk, or the begin of the first. The temperatures are added if
 * is_warm. Counts beyond the bounds of the format are cut.
 */
void trace_interval_put(struct trace_column columns[TRACE_NR_COLUMNS],
			const struct trace_frame *frame, __u64 after_ns,
			bool is_warm);

/* Where the arrays of an interval are, for the next one. All 0: nowhere. */
struct trace_interval_room {
	struct trace_access *accesses, *totals;
	size_t accesses_size, totals_size;
	bool is_warm; /* the temperatures of the accesses were in the columns */
};

/* Takes the next interval from the columns. n_files: how many are listed.
 * after_ns: as above. Returns 0, -EBADMSG: that is no interval, or -ENOMEM.
 */
int trace_interval_get(struct trace_cursor columns[TRACE_NR_COLUMNS],
		       __u32 n_files, __u64 after_ns,
		       struct trace_interval_room *room,
		       struct trace_frame *frame);
void trace_interval_room_free(struct trace_interval_room *room);

#endif
