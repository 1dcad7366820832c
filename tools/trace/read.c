// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A chunk is read, checked and decompressed as a whole; trace_next() takes its
 * intervals one by one. The recording ends before the first chunk that is not
 * whole, and trace_problem() says why that is not the end of the file:
 *
 *   the file ends inside the chunk   the recorder was killed, or the disk full
 *   its head is all zeros            the machine failed before it was written
 *   anything else                    damaged
 *
 * Memory: one chunk of at most 128 MiB, its largest interval, the lists, and a
 * place for each range that is warm (trace/warmth.c).
 */
#include "trace/read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fmt.h"
#include "trace/chunk.h"
#include "trace/head.h"
#include "trace/interval.h"
#include "trace/lists.h"
#include "trace/warmth.h"

struct trace_reader {
	int fd;
	char *path;
	struct trace_info info;
	__u64 at, next; /* where the chunk begins, and the one after it */
	struct trace_chunk chunk;
	__u8 *frame; /* of .chunk, as it is in the file */
	size_t frame_size;
	__u8 *bytes; /* the same decompressed */
	struct trace_cursor columns[TRACE_NR_COLUMNS]; /* the rest of these */
	__u32 n_left;				       /* intervals of .chunk */
	__u64 end_ns; /* of the last interval */
	struct trace_lists lists;
	struct trace_interval_room room;
	struct trace_warmth *warmth;
	bool is_cold; /* nobody wants temperatures */
	bool is_held; /* trace_peek() has read .held, which comes next */
	struct trace_frame held;
	int end; /* what trace_next() returns from now on, if .has_ended */
	bool has_ended, has_problem;
	struct trace_error problem;
};

/* Reads at most n bytes at the offset. Returns how many, or -errno. */
static ssize_t read_at(int fd, void *bytes, size_t n, __u64 offset)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)bytes + done, n - done,
				    offset + done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += got;
	}
	return done;
}

static void explain(const char *path, int err, __u32 version,
		    struct trace_error *error)
{
	error->hint = NULL;
	if (err == -EINVAL) {
		snprintf(error->cause, sizeof(error->cause),
			 "%s: not a recording", path);
		error->hint = "\"hotmon record -o FILE\" makes one";
	} else if (err == -ESPIPE) {
		snprintf(
			error->cause, sizeof(error->cause),
			"%s: not a file; a recording is read more than once, so it cannot come through a pipe",
			path);
		error->hint = "write it into a file first, and name that";
	} else if (err == -EPROTONOSUPPORT) {
		snprintf(
			error->cause, sizeof(error->cause),
			"%s: a recording of format %u; this frsp knows only %d",
			path, version, TRACE_VERSION);
		error->hint = "use the version of frsp that made it";
	} else if (err == -EBADMSG) {
		snprintf(error->cause, sizeof(error->cause),
			 "%s: damaged at its beginning; nothing can be used",
			 path);
	} else {
		snprintf(error->cause, sizeof(error->cause), "%s: %s", path,
			 strerror(-err));
		if (err == -ENOENT)
			error->hint = "\"hotmon record -o FILE\" makes one";
	}
}

static int open_head(struct trace_reader *reader, __u32 *version)
{
	__u8 head[TRACE_HEAD_BYTES];
	struct stat st;
	ssize_t n;

	/* O_NONBLOCK: a FIFO without a writer */
	reader->fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (reader->fd < 0 || fstat(reader->fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -ESPIPE;
	n = read_at(reader->fd, head, sizeof(head), 0);
	return n < 0 ? (int)n : trace_head_get(head, n, &reader->info, version);
}

int trace_open(const char *path, struct trace_reader **out,
	       struct trace_error *error)
{
	struct trace_reader *reader = calloc(1, sizeof(*reader));
	__u32 version = 0;
	int err = -ENOMEM;

	if (reader) {
		reader->fd = -1;
		reader->path = strdup(path);
	}
	if (reader && reader->path)
		err = open_head(reader, &version);
	if (!err) {
		reader->next = TRACE_HEAD_BYTES;
		reader->end_ns = reader->info.begin_ns;
		reader->warmth = trace_warmth_new(reader->info.half_life_ms,
						  reader->info.begin_ns);
		err = reader->warmth ? 0 : -ENOMEM;
	}
	if (err) {
		explain(path, err, version, error);
		trace_close(reader);
		return err;
	}
	*out = reader;
	return 0;
}

void trace_close(struct trace_reader *reader)
{
	if (!reader)
		return;
	if (reader->fd >= 0)
		close(reader->fd);
	trace_lists_free(&reader->lists);
	trace_interval_room_free(&reader->room);
	trace_warmth_free(reader->warmth);
	free(reader->frame);
	free(reader->bytes);
	free(reader->path);
	free(reader);
}

const struct trace_info *trace_info(const struct trace_reader *reader)
{
	return &reader->info;
}

const struct trace_error *trace_problem(const struct trace_reader *reader)
{
	return reader->has_problem ? &reader->problem : NULL;
}

/* From now on trace_next() returns this. */
static int end(struct trace_reader *reader, int err)
{
	reader->has_ended = true;
	reader->end = err;
	return err;
}

/* The same, and the rest of the file cannot be used. what: "cut off", ... */
static int end_early(struct trace_reader *reader, int err, const char *what)
{
	char until[FMT_LEN];

	reader->has_problem = true;
	reader->problem.hint = NULL;
	snprintf(reader->problem.cause, sizeof(reader->problem.cause),
		 "%s: %s at byte %" PRIu64 "; it is used up to there, %s",
		 reader->path, what, (uint64_t)reader->at,
		 fmt_rfc3339(until, reader->end_ns));
	return end(reader, err);
}

/* Reads the next chunk's head. Returns 1; 0: there is none; or -errno. */
static int read_chunk_head(struct trace_reader *reader,
			   __u8 head[TRACE_CHUNK_HEAD])
{
	static const __u8 zeros[TRACE_CHUNK_HEAD];
	ssize_t n;

	reader->at = reader->next;
	n = read_at(reader->fd, head, TRACE_CHUNK_HEAD, reader->at);
	if (n < 0)
		return end_early(reader, n, strerror(-n));
	if (!n)
		return end(reader, 0);
	if (n < TRACE_CHUNK_HEAD || !memcmp(head, zeros, sizeof(zeros)))
		return end_early(reader, 0, "cut off");
	if (trace_chunk_head(head, &reader->chunk) ||
	    reader->chunk.begin_ns < reader->end_ns)
		return end_early(reader, -EBADMSG, "damaged");
	return 1;
}

static int make_frame_room(struct trace_reader *reader, size_t n)
{
	__u8 *grown;

	if (n <= reader->frame_size)
		return 0;
	grown = realloc(reader->frame, n);
	if (!grown)
		return -ENOMEM;
	reader->frame = grown;
	reader->frame_size = n;
	return 0;
}

/* Reads the next chunk and its lists. Returns 1; 0: there is none; -errno. */
static int read_chunk(struct trace_reader *reader)
{
	__u8 head[TRACE_CHUNK_HEAD];
	int found = read_chunk_head(reader, head), err;
	struct stat st;
	ssize_t n;

	if (found <= 0)
		return found;
	/* before the memory is taken that the head asks for */
	if (fstat(reader->fd, &st) ||
	    reader->at + TRACE_CHUNK_HEAD + reader->chunk.compressed >
		    (__u64)st.st_size)
		return end_early(reader, 0, "cut off");
	err = make_frame_room(reader, reader->chunk.compressed);
	if (err)
		return end_early(reader, err, strerror(-err));
	n = read_at(reader->fd, reader->frame, reader->chunk.compressed,
		    reader->at + TRACE_CHUNK_HEAD);
	if (n < 0)
		return end_early(reader, n, strerror(-n));
	if (n < (ssize_t)reader->chunk.compressed)
		return end_early(reader, 0, "cut off");
	free(reader->bytes);
	reader->bytes = NULL;
	err = trace_chunk_unpack(&reader->chunk, head, reader->frame,
				 &reader->bytes, reader->columns);
	if (!err)
		err = trace_lists_get(reader->columns, &reader->lists);
	if (err)
		return end_early(reader, err,
				 err == -EBADMSG ? "damaged" : strerror(-err));
	reader->next = reader->at + TRACE_CHUNK_HEAD + reader->chunk.compressed;
	reader->n_left = reader->chunk.n_intervals;
	/* the columns' times count from here */
	reader->end_ns = reader->chunk.begin_ns;
	return 1;
}

static bool is_used_up(const struct trace_reader *reader)
{
	for (int i = 0; i < TRACE_NR_COLUMNS; i++)
		if (reader->columns[i].at < reader->columns[i].end)
			return false;
	return true;
}

void trace_want_temperatures(struct trace_reader *reader, bool wanted)
{
	reader->is_cold = !wanted;
}

/* Fills in the temperatures of n accesses. */
static int fill_temperatures(struct trace_reader *reader,
			     struct trace_access *accesses, size_t n)
{
	int err = 0;

	for (size_t i = 0; reader->is_cold && i < n; i++)
		accesses[i].temperature = 0;
	for (size_t i = 0; !reader->is_cold && i < n && !err; i++)
		err = reader->room.is_warm
			      ? trace_warmth_set(reader->warmth, &accesses[i])
			      : trace_warmth_add(reader->warmth, &accesses[i]);
	return err;
}

/* Takes the next interval of the chunk. */
static int take_interval(struct trace_reader *reader, struct trace_frame *frame)
{
	int err = trace_interval_get(reader->columns, reader->lists.n_files,
				     reader->end_ns, &reader->room, frame);

	if (!err && (frame->end_ns > reader->chunk.end_ns ||
		     (reader->n_left == 1 && !is_used_up(reader))))
		err = -EBADMSG;
	if (err)
		return end_early(reader, err,
				 err == -EBADMSG ? "damaged" : strerror(-err));
	trace_warmth_interval(reader->warmth, frame->start_ns, frame->end_ns);
	err = fill_temperatures(reader, reader->room.accesses, frame->n);
	if (!err)
		err = fill_temperatures(reader, reader->room.totals,
					frame->n_totals);
	if (err)
		return end_early(reader, err, strerror(-err));
	reader->n_left--;
	reader->end_ns = frame->end_ns;
	return 1;
}

int trace_next(struct trace_reader *reader, struct trace_frame *frame)
{
	int found;

	if (reader->is_held) {
		reader->is_held = false;
		*frame = reader->held;
		return 1;
	}
	while (!reader->has_ended && !reader->n_left) {
		found = read_chunk(reader);
		if (found <= 0)
			return found;
	}
	if (reader->has_ended)
		return reader->end;
	return take_interval(reader, frame);
}

int trace_peek(struct trace_reader *reader, struct trace_frame *frame)
{
	int found = trace_next(reader, frame);

	reader->is_held = found > 0;
	if (reader->is_held)
		reader->held = *frame;
	return found;
}

void trace_rewind(struct trace_reader *reader)
{
	trace_warmth_clear(reader->warmth);
	reader->next = TRACE_HEAD_BYTES;
	reader->end_ns = reader->info.begin_ns;
	reader->n_left = 0;
	reader->is_held = false;
	reader->has_ended = false;
	reader->has_problem = false;
}

int trace_seek(struct trace_reader *reader, __u64 ns)
{
	struct trace_frame frame;
	int found;

	if (reader->end_ns > ns)
		trace_rewind(reader);
	while ((found = trace_peek(reader, &frame)) > 0 && frame.end_ns <= ns)
		reader->is_held = false;
	return found < 0 ? found : 0;
}

struct trace_place {
	__u64 next, end_ns;
	struct trace_warmth *warmth;
};

int trace_note_place(const struct trace_reader *reader,
		     struct trace_place **out)
{
	struct trace_place *place;

	if (reader->n_left || reader->is_held || reader->has_ended)
		return -EAGAIN;
	place = malloc(sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = (struct trace_place){
		.next = reader->next,
		.end_ns = reader->end_ns,
		.warmth = trace_warmth_copy(reader->warmth),
	};
	if (!place->warmth) {
		free(place);
		return -ENOMEM;
	}
	*out = place;
	return 0;
}

size_t trace_place_bytes(const struct trace_place *place)
{
	return sizeof(*place) + trace_warmth_bytes(place->warmth);
}

void trace_place_free(struct trace_place *place)
{
	if (!place)
		return;
	trace_warmth_free(place->warmth);
	free(place);
}

int trace_go_to(struct trace_reader *reader, const struct trace_place *place)
{
	struct trace_warmth *warmth = trace_warmth_copy(place->warmth);

	if (!warmth)
		return -ENOMEM;
	trace_rewind(reader);
	trace_warmth_free(reader->warmth);
	reader->warmth = warmth;
	reader->next = place->next;
	reader->end_ns = place->end_ns;
	return 0;
}

double trace_part_read(const struct trace_reader *reader)
{
	struct stat st;

	if (fstat(reader->fd, &st) || !st.st_size)
		return 1;
	return fmin((double)reader->next / st.st_size, 1);
}

__u32 trace_n_files(const struct trace_reader *reader)
{
	return reader->lists.n_files;
}

const struct trace_file *trace_file(const struct trace_reader *reader, __u32 i)
{
	return &reader->lists.files[i];
}

__u32 trace_n_fs(const struct trace_reader *reader)
{
	return reader->lists.n_fs;
}

const struct trace_fs *trace_fs(const struct trace_reader *reader, __u32 i)
{
	return &reader->lists.fs[i];
}
