/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chunk of a recording: its head, and the columns as one frame of zstd. */
#ifndef FRSP_TRACE_CHUNK_H
#define FRSP_TRACE_CHUNK_H

#include "trace/column.h"
#include "trace/format.h"

struct trace_chunk {
	__u32 compressed, length; /* of the frame, and decompressed */
	__u64 begin_ns, end_ns;
	__u32 n_intervals;
};

/* Compresses the columns. The caller frees *bytes, which has *n bytes with the
 * head. Sets .compressed and .length of chunk, whose other members the caller
 * has set. Returns 0, -E2BIG: more than a chunk can hold, or -ENOMEM.
 */
int trace_chunk_pack(const struct trace_column columns[TRACE_NR_COLUMNS],
		     struct trace_chunk *chunk, __u8 **bytes, size_t *n);

/* Reads the head, of TRACE_CHUNK_HEAD bytes. Returns 0 or -EBADMSG. */
int trace_chunk_head(const __u8 *head, struct trace_chunk *chunk);

/* Decompresses the frame, of chunk->compressed bytes. head: as above. The
 * caller frees *bytes, which the columns point into. Returns 0, -EBADMSG or
 * -ENOMEM.
 */
int trace_chunk_unpack(const struct trace_chunk *chunk, const __u8 *head,
		       const __u8 *frame, __u8 **bytes,
		       struct trace_cursor columns[TRACE_NR_COLUMNS]);

#endif
