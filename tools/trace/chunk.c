// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * After each column the compressor ends its block, so that each column has an
 * entropy code of its own: bytes that are 0 in one column and 0 to 60 in the
 * next do not share one.
 */
#include "trace/chunk.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/little_endian.h"

#define LEVEL  16 /* of 1 to 19; see docs/performance.md */
#define CRC_AT 28

static __u32 checksum(const __u8 *head, const __u8 *frame, size_t n)
{
	return crc32_z(crc32_z(0, head, CRC_AT), frame, n);
}

static void put_head(const struct trace_chunk *chunk, __u8 *head)
{
	le32_put(head, chunk->compressed);
	le32_put(head + 4, chunk->length);
	le64_put(head + 8, chunk->begin_ns);
	le64_put(head + 16, chunk->end_ns);
	le32_put(head + 24, chunk->n_intervals);
	le32_put(head + CRC_AT,
		 checksum(head, head + TRACE_CHUNK_HEAD, chunk->compressed));
}

/* Compresses n more bytes, and ends a block, or the frame if it is_last. */
static int add_part(ZSTD_CCtx *context, ZSTD_outBuffer *out, const void *bytes,
		    size_t n, bool is_last)
{
	ZSTD_inBuffer in = {bytes, n, 0};
	size_t left = ZSTD_compressStream2(context, out, &in,
					   is_last ? ZSTD_e_end : ZSTD_e_flush);

	/* out has room for everything, so nothing can be left */
	return ZSTD_isError(left) || left ? -ENOMEM : 0;
}

static int add_all(ZSTD_CCtx *context, ZSTD_outBuffer *out,
		   const struct trace_column columns[TRACE_NR_COLUMNS],
		   __u32 length)
{
	__u8 head[TRACE_COLUMNS_HEAD];
	int err;

	for (int i = 0; i < TRACE_NR_COLUMNS; i++)
		le32_put(head + 4 * i, columns[i].n);
	if (ZSTD_isError(ZSTD_CCtx_setParameter(
		    context, ZSTD_c_compressionLevel, LEVEL)) ||
	    ZSTD_isError(ZSTD_CCtx_setPledgedSrcSize(context, length)))
		return -ENOMEM;
	err = add_part(context, out, head, sizeof(head), false);
	for (int i = 0; i < TRACE_NR_COLUMNS && !err; i++)
		err = add_part(context, out, columns[i].bytes, columns[i].n,
			       i == TRACE_NR_COLUMNS - 1);
	return err;
}

int trace_chunk_pack(const struct trace_column columns[TRACE_NR_COLUMNS],
		     struct trace_chunk *chunk, __u8 **bytes, size_t *n)
{
	size_t length = TRACE_COLUMNS_HEAD, size;
	ZSTD_outBuffer out;
	ZSTD_CCtx *context;
	__u8 *packed;
	int err;

	for (int i = 0; i < TRACE_NR_COLUMNS; i++) {
		if (columns[i].is_full)
			return -ENOMEM;
		length += columns[i].n;
	}
	if (length > TRACE_MAX_CHUNK)
		return -E2BIG;
	/* ending blocks early costs a few bytes each */
	size = ZSTD_compressBound(length) + 64 * TRACE_NR_COLUMNS;
	packed = malloc(TRACE_CHUNK_HEAD + size);
	if (!packed)
		return -ENOMEM;
	context = ZSTD_createCCtx();
	out = (ZSTD_outBuffer){packed + TRACE_CHUNK_HEAD, size, 0};
	err = context ? add_all(context, &out, columns, length) : -ENOMEM;
	ZSTD_freeCCtx(context);
	if (!err && out.pos > TRACE_MAX_CHUNK)
		err = -E2BIG;
	if (err) {
		free(packed);
		return err;
	}
	chunk->compressed = out.pos;
	chunk->length = length;
	put_head(chunk, packed);
	*bytes = packed;
	*n = TRACE_CHUNK_HEAD + out.pos;
	return 0;
}

int trace_chunk_head(const __u8 *head, struct trace_chunk *chunk)
{
	*chunk = (struct trace_chunk){
		.compressed = le32_get(head),
		.length = le32_get(head + 4),
		.begin_ns = le64_get(head + 8),
		.end_ns = le64_get(head + 16),
		.n_intervals = le32_get(head + 24),
	};
	return chunk->compressed && chunk->compressed <= TRACE_MAX_CHUNK &&
			       chunk->length >= TRACE_COLUMNS_HEAD &&
			       chunk->length <= TRACE_MAX_CHUNK &&
			       chunk->begin_ns <= chunk->end_ns &&
			       chunk->n_intervals <= TRACE_MAX_INTERVALS
		       ? 0
		       : -EBADMSG;
}

static int find_columns(const __u8 *bytes, size_t length,
			struct trace_cursor columns[TRACE_NR_COLUMNS])
{
	const __u8 *at = bytes + TRACE_COLUMNS_HEAD, *end = bytes + length;

	for (int i = 0; i < TRACE_NR_COLUMNS; i++) {
		__u32 n = le32_get(bytes + 4 * i);

		if (n > (size_t)(end - at))
			return -EBADMSG;
		columns[i] = (struct trace_cursor){at, at + n};
		at += n;
	}
	return at == end ? 0 : -EBADMSG;
}

int trace_chunk_unpack(const struct trace_chunk *chunk, const __u8 *head,
		       const __u8 *frame, __u8 **bytes,
		       struct trace_cursor columns[TRACE_NR_COLUMNS])
{
	__u8 *unpacked;
	size_t n;
	int err;

	if (le32_get(head + CRC_AT) != checksum(head, frame, chunk->compressed))
		return -EBADMSG;
	unpacked = malloc(chunk->length);
	if (!unpacked)
		return -ENOMEM;
	n = ZSTD_decompress(unpacked, chunk->length, frame, chunk->compressed);
	err = ZSTD_isError(n) || n != chunk->length
		      ? -EBADMSG
		      : find_columns(unpacked, n, columns);
	if (err)
		free(unpacked);
	else
		*bytes = unpacked;
	return err;
}
