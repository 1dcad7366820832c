/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The temperatures of a recording's ranges and files, computed from what was
 * read and written (bpf/heat.h). Keeps one for each range that is warm.
 */
#ifndef FRSP_TRACE_WARMTH_H
#define FRSP_TRACE_WARMTH_H

#include "trace/trace.h"

struct trace_warmth;

/* Times are in ns; begin_ns: none is before it. NULL: no memory. */
struct trace_warmth *trace_warmth_new(__u32 half_life_ms, __u64 begin_ns);
void trace_warmth_free(struct trace_warmth *warmth); /* NULL: does nothing */
/* NULL: no memory */
struct trace_warmth *trace_warmth_copy(const struct trace_warmth *warmth);
size_t trace_warmth_bytes(const struct trace_warmth *warmth);
void trace_warmth_clear(struct trace_warmth *warmth);

/* Begins an interval. */
void trace_warmth_interval(struct trace_warmth *warmth, __u64 start_ns,
			   __u64 end_ns);

/* Sets .temperature to that at the end of the interval. Returns 0 or -ENOMEM.
 */
int trace_warmth_add(struct trace_warmth *warmth, struct trace_access *access);

/* Takes .temperature, which the recording has, as that at the end of the
 * interval. Returns 0 or -ENOMEM.
 */
int trace_warmth_set(struct trace_warmth *warmth,
		     const struct trace_access *access);

#endif
