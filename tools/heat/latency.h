/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long the reads and writes of each file took (bpf/latency.bpf.c). The BPF
 * program is loaded only while it is turned on, so it costs nothing otherwise.
 *
 * It counts at most FRSP_LATENCY_MAX_FILES entries, one for the reads and one
 * for the writes of a file. If most are in use, those of the files that were
 * idle for the longest time leave. If all are in use before, operations of more
 * files are lost. Both are counted.
 */
#ifndef FRSP_HOT_LATENCY_H
#define FRSP_HOT_LATENCY_H

#include <stdbool.h>
#include <linux/types.h>

#include "bpf/latency.h"

/* The reads or the writes of a file. */
struct hot_times {
	__u64 operations; /* completed since the entry was made */
	__u64 untimed;	  /* of these; the kernel did not note their time */
	/* Of those completed in the last interval; 0: not known, or there were
	 * none.
	 */
	double p50_ns, p99_ns;
};

/* For a frame. All 0: it is off. */
struct hot_latency_state {
	bool on;
	int err;	 /* .on, but the program is not loaded: why */
	__u64 forgotten; /* entries that left, since it was turned on */
	/* operations that found no room, and missed runs of the program */
	__u64 lost;
	__u64 events;			   /* ends of requests */
	double events_per_s, ns_per_event; /* 0: not measured yet */
	__u64 map_bytes;
};

struct hot_latency;

struct hot_latency *hot_latency_new(void);	    /* off. NULL: no memory */
void hot_latency_free(struct hot_latency *latency); /* NULL: does nothing */

/* Turns it on or off. It is on also if the program cannot be loaded: then no
 * file has times, and the state says why.
 */
void hot_latency_turn(struct hot_latency *latency, bool on);

/* Ends an interval of interval_s seconds: reads the times. Returns 0 or -errno.
 */
int hot_latency_sample(struct hot_latency *latency, double interval_s,
		       struct hot_latency_state *state);

/* Makes room, if most entries are in use. Call it every second or so. */
void hot_latency_tend(struct hot_latency *latency);

/* What the last sample read of a file, which is named as in struct hot_row. All
 * 0 if it has no times.
 */
struct hot_times hot_latency_of(const struct hot_latency *latency, __u64 ino,
				__u32 fs, __u32 gen, enum frsp_latency_op op);

/* The same for both operations. */
void hot_latency_fill(const struct hot_latency *latency, __u64 ino, __u32 fs,
		      __u32 gen, struct hot_times times[FRSP_LATENCY_NR_OPS]);

#endif
