/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a recording, interval after interval.
 *
 *	struct trace_reader *reader;
 *	struct trace_error error;
 *	struct trace_frame frame;
 *
 *	if (trace_open("x.frsp", &reader, &error))
 *		...print error.cause and error.hint...
 *	while ((n = trace_next(reader, &frame)) > 0)
 *		for (size_t i = 0; i < frame.n; i++)
 *			...trace_file(reader, frame.accesses[i].file)->path...
 *	if (trace_problem(reader))
 *		...print its cause: the rest of the file could not be used...
 *	trace_close(reader);
 */
#ifndef FRSP_TRACE_READ_H
#define FRSP_TRACE_READ_H

#include <limits.h>

#include "trace/trace.h"

struct trace_reader;

/* Why a recording cannot be read: what log_fail takes. */
struct trace_error {
	char cause[PATH_MAX + 128]; /* one line, which names the file */
	const char *hint;	    /* or NULL */
};

/* Returns 0; -EINVAL: not a recording; -ESPIPE: not a file that can be read
 * twice; -EPROTONOSUPPORT: of another version; -EBADMSG: damaged; or another
 * -errno. On error, *error says what is wrong.
 */
int trace_open(const char *path, struct trace_reader **out,
	       struct trace_error *error);
void trace_close(struct trace_reader *reader);

const struct trace_info *trace_info(const struct trace_reader *reader);

/* Whether accesses have their temperatures: yes, unless this says no. Then they
 * are 0, and reading is faster. To be called before the first interval, or
 * before trace_rewind().
 */
void trace_want_temperatures(struct trace_reader *reader, bool wanted);

/* Reads the next interval; its arrays are valid until the next call. Returns 1;
 * 0: the recording ends here, perhaps cut off (trace_problem()); -EBADMSG: it
 * is damaged from here on; or another -errno.
 */
int trace_next(struct trace_reader *reader, struct trace_frame *frame);

/* The same, but the next call gives the same interval again. */
int trace_peek(struct trace_reader *reader, struct trace_frame *frame);

/* After trace_next() returned 0 or an error: what is wrong with the recording.
 * NULL: nothing, all of it was read.
 */
const struct trace_error *trace_problem(const struct trace_reader *reader);

/* Begins again. The lists of filesystems and files stay as they are by then. */
void trace_rewind(struct trace_reader *reader);

/* The next interval will be the first that ends after this time. Reads what is
 * in between, so that temperatures are right. Returns 0, also at the end, or
 * what trace_next() returns.
 */
int trace_seek(struct trace_reader *reader, __u64 ns);

/* A place between two chunks, to which the reader can go from anywhere without
 * reading what is before it. It takes the memory of all temperatures.
 */
struct trace_place;

/* Notes where the reader is. 0; -EAGAIN: not between two chunks; -ENOMEM. */
int trace_note_place(const struct trace_reader *reader,
		     struct trace_place **place);
size_t trace_place_bytes(const struct trace_place *place);
void trace_place_free(struct trace_place *place); /* NULL: does nothing */

/* Goes there. The lists of filesystems and files stay as they are by now. 0 or
 * -ENOMEM; then the reader stays where it is.
 */
int trace_go_to(struct trace_reader *reader, const struct trace_place *place);

/* How much of the file was read, 0 to 1. */
double trace_part_read(const struct trace_reader *reader);

/* What was read so far. An entry is valid until the next call of trace_next(),
 * which may bring its path. i: below the number of them, as in each access.
 */
__u32 trace_n_files(const struct trace_reader *reader);
const struct trace_file *trace_file(const struct trace_reader *reader, __u32 i);
__u32 trace_n_fs(const struct trace_reader *reader);
const struct trace_fs *trace_fs(const struct trace_reader *reader, __u32 i);

#endif
