/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns a trace of block I/O (trace/block_line.h) into a recording of disks: a
 * file for each disk, and for each MiB of it a range. An I/O counts for each
 * range that it touches, with the bytes that lie there, as bios do in hotmon.
 *
 * Example: 8 KiB are read from offset 1 GiB - 4 KiB of disk hm_1: one read and
 * 4 KiB in range 1023, one read and 4 KiB in range 1024, and one read of 8 KiB
 * in total.
 */
#ifndef FRSP_TRACE_IMPORT_H
#define FRSP_TRACE_IMPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "trace/trace.h"

#define TRACE_IMPORT_INTERVAL_S 10

enum trace_import_format {
	TRACE_IMPORT_MSR,
	TRACE_IMPORT_BLKPARSE,
	TRACE_NR_IMPORTS,
};

extern const char *const trace_import_names[TRACE_NR_IMPORTS];

struct trace_import_result {
	__u64 n_ios, n_lines;
	__u64 n_bad, first_bad; /* lines that are not of the format */
	/* I/Os beyond offset 2^50, and I/Os of more disks than there may be */
	__u64 n_left_out;
	__u32 n_disks;
	__u64 begin_ns, end_ns;
	__u64 bytes;	     /* of the recording */
	bool has_read_error; /* what failed is reading in */
};

/* Reads all of in, writes to the empty file fd. Returns 0; -ENODATA: no read or
 * write was found; or another -errno.
 */
int trace_import(FILE *in, enum trace_import_format format, int fd,
		 __u32 half_life_ms, struct trace_import_result *result);

#endif
