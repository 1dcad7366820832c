/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a recording: a chunk at a time, each with one write(). If a write
 * fails, as on a full disk, the file is cut back to its whole chunks.
 */
#ifndef FRSP_TRACE_WRITE_H
#define FRSP_TRACE_WRITE_H

#include "trace/trace.h"

struct trace_writer;

/* Writes the head to the file, which is empty. The caller closes fd after
 * trace_writer_free(). Returns 0 or -errno.
 */
int trace_writer_new(int fd, const struct trace_info *info,
		     struct trace_writer **out);
void trace_writer_free(struct trace_writer *writer);

/* Lists a filesystem or a file before the next interval. index: that of the
 * last one plus 1, or one that is listed and has changed. The functions below
 * return 0 or -errno: -EINVAL: what trace/trace.h does not allow.
 */
int trace_write_fs(struct trace_writer *writer, __u32 index,
		   const struct trace_fs *fs);
int trace_write_file(struct trace_writer *writer, __u32 index,
		     const struct trace_file *file);

/* Adds an interval, which begins when the one before ended, or later. Each file
 * with an access must have a total. is_warm: the temperatures do not follow
 * from what is recorded.
 */
int trace_write_interval(struct trace_writer *writer,
			 const struct trace_frame *frame, bool is_warm);

/* Writes what was added as a chunk, if there is anything. */
int trace_write_flush(struct trace_writer *writer);

/* How long the intervals are that a flush would write. */
__u64 trace_writer_pending_ns(const struct trace_writer *writer);

/* What is in the file. */
__u64 trace_writer_bytes(const struct trace_writer *writer);

#endif
