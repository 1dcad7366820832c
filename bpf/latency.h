/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/latency.bpf.c and its reader share: how long the operations of each
 * file took, since the program was attached.
 *
 * Includers provide __u32 and __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_LATENCY_H
#define FRSP_LATENCY_H

#include "cost.h"
#include "loglin_hist.h"

enum frsp_latency_op {
	FRSP_LATENCY_READ,
	FRSP_LATENCY_WRITE,
	FRSP_LATENCY_NR_OPS,
};

/* The reads or the writes of a file, or of a class of I/O without a file. */
struct frsp_latency_key {
	__u64 ino; /* this and the next two: as in struct frsp_hot_slot */
	__u32 fs;
	__u32 gen;
	__u32 op; /* enum frsp_latency_op */
	__u32 unused;
};

/* Each operation is in one bucket, or is counted as untimed. 32 bits keep the
 * entry small. If a bucket wraps, the difference of two readings is still right.
 */
struct frsp_latency_times {
	__u64 last_ns; /* when the last one was completed: CLOCK_MONOTONIC */
	__u64 operations;
	__u64 untimed; /* of these; the kernel did not note the time */
	__u32 ns[LOGLIN_BUCKETS];
};

/* Entries of frsp_latency_files: two for a file that is read and written. The
 * kernel allocates an entry, in 2 KiB, when it is first used.
 */
#define FRSP_LATENCY_MAX_FILES 8192

/* Index into frsp_latency_cost. */
enum frsp_latency_program {
	FRSP_LATENCY_PROGRAM_COMPLETE,
	FRSP_LATENCY_NR_PROGRAMS,
};

/* Index into frsp_latency_lost: operations that could not be counted, and why.
 */
enum frsp_latency_lost {
	FRSP_LATENCY_LOST_FILE, /* no room for the file */
	FRSP_LATENCY_NR_LOST,
};

#endif
