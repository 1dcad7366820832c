// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intervals gather in columns (trace/format.h) until a flush. The caller
 * decides when: the longer it waits, the better the columns can be compressed,
 * and the more is lost if the machine fails. A chunk that would get too large
 * is flushed before.
 */
#include "trace/write.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "trace/chunk.h"
#include "trace/head.h"
#include "trace/interval.h"
#include "trace/lists.h"

#define FLUSH_BYTES (16U << 20) /* of columns */

struct trace_writer {
	int fd;
	struct trace_column columns[TRACE_NR_COLUMNS];
	struct trace_chunk chunk; /* that of the columns */
	__u64 end_ns;		  /* of the last interval */
	__u32 n_fs, n_files;
	__u64 bytes;
};

static int write_all(struct trace_writer *writer, const __u8 *bytes, size_t n)
{
	int err = file_write(writer->fd, bytes, n);

	if (!err) {
		writer->bytes += n;
		return 0;
	}
	/* if even this fails, readers see a chunk cut off */
	if (!ftruncate(writer->fd, writer->bytes))
		lseek(writer->fd, writer->bytes, SEEK_SET);
	return err;
}

int trace_writer_new(int fd, const struct trace_info *info,
		     struct trace_writer **out)
{
	struct trace_writer *writer = calloc(1, sizeof(*writer));
	__u8 head[TRACE_HEAD_BYTES];
	int err;

	if (!writer)
		return -ENOMEM;
	writer->fd = fd;
	writer->end_ns = info->begin_ns;
	trace_head_put(info, head);
	err = write_all(writer, head, sizeof(head));
	if (err)
		trace_writer_free(writer);
	else
		*out = writer;
	return err;
}

void trace_writer_free(struct trace_writer *writer)
{
	if (!writer)
		return;
	for (int i = 0; i < TRACE_NR_COLUMNS; i++)
		trace_column_free(&writer->columns[i]);
	free(writer);
}

static size_t n_gathered(const struct trace_writer *writer)
{
	size_t n = 0;

	for (int i = 0; i < TRACE_NR_COLUMNS; i++)
		n += writer->columns[i].n;
	return n;
}

int trace_write_fs(struct trace_writer *writer, __u32 index,
		   const struct trace_fs *fs)
{
	int err;

	if (index > writer->n_fs || index >= TRACE_MAX_FS)
		return -EINVAL;
	err = trace_put_fs(writer->columns, index, fs);
	if (!err && index == writer->n_fs)
		writer->n_fs++;
	return err;
}

int trace_write_file(struct trace_writer *writer, __u32 index,
		     const struct trace_file *file)
{
	int err;

	if (index > writer->n_files || index >= TRACE_MAX_FILES ||
	    file->fs >= writer->n_fs)
		return -EINVAL;
	err = trace_put_file(writer->columns, index, file);
	if (!err && index == writer->n_files)
		writer->n_files++;
	return err;
}

/* Whether everything is sorted, and each file of an access has a total. */
static bool makes_sense(const struct trace_writer *writer,
			const struct trace_frame *frame)
{
	size_t at = 0;

	if (frame->start_ns < writer->end_ns ||
	    frame->end_ns < frame->start_ns || frame->n > TRACE_MAX_ACCESSES ||
	    frame->n_totals > TRACE_MAX_ACCESSES)
		return false;
	for (size_t nth = 0; nth < frame->n_totals; nth++) {
		__u32 file = frame->totals[nth].file, next = 0;

		if (file >= writer->n_files ||
		    (nth && file <= frame->totals[nth - 1].file))
			return false;
		for (; at < frame->n && frame->accesses[at].file == file;
		     at++) {
			__u32 range = frame->accesses[at].range;

			if (range < next || range >= TRACE_RANGE_FILE)
				return false;
			next = range + 1;
		}
	}
	return at == frame->n;
}

int trace_write_interval(struct trace_writer *writer,
			 const struct trace_frame *frame, bool is_warm)
{
	int err = 0;

	if (!makes_sense(writer, frame))
		return -EINVAL;
	if (n_gathered(writer) > FLUSH_BYTES ||
	    writer->chunk.n_intervals == TRACE_MAX_INTERVALS)
		err = trace_write_flush(writer);
	if (err)
		return err;
	if (!writer->chunk.n_intervals)
		writer->chunk.begin_ns = frame->start_ns;
	trace_interval_put(writer->columns, frame,
			   writer->chunk.n_intervals ? writer->end_ns
						     : frame->start_ns,
			   is_warm);
	writer->chunk.n_intervals++;
	writer->end_ns = writer->chunk.end_ns = frame->end_ns;
	return 0;
}

int trace_write_flush(struct trace_writer *writer)
{
	__u8 *bytes;
	size_t n;
	int err;

	if (!n_gathered(writer))
		return 0;
	if (!writer->chunk.n_intervals)
		writer->chunk.begin_ns = writer->chunk.end_ns = writer->end_ns;
	err = trace_chunk_pack(writer->columns, &writer->chunk, &bytes, &n);
	if (err)
		return err;
	err = write_all(writer, bytes, n);
	free(bytes);
	if (err)
		return err;
	writer->chunk = (struct trace_chunk){0};
	for (int i = 0; i < TRACE_NR_COLUMNS; i++)
		writer->columns[i].n = 0;
	return 0;
}

__u64 trace_writer_pending_ns(const struct trace_writer *writer)
{
	return writer->chunk.end_ns - writer->chunk.begin_ns;
}

__u64 trace_writer_bytes(const struct trace_writer *writer)
{
	return writer->bytes;
}
