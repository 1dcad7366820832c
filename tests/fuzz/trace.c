// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads recordings that libFuzzer makes up (tools/trace/). The first byte says
 * what the rest is: a file as it is; or the columns of a chunk, which are
 * packed with right lengths and checksums, so that their numbers are reached.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

#include "base/little_endian.h"
#include "trace/chunk.h"
#include "trace/head.h"
#include "trace/read.h"
#include "trace/write.h"

#define END_NS (1000ULL * 1000000000)

static void check(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

static void put(int fd, const void *bytes, size_t n)
{
	check(write(fd, bytes, n) == (ssize_t)n, "written");
}

/* Two bytes are the length of a column, which follows; and so on. */
static void put_columns(int fd, const __u8 *data, size_t n)
{
	const struct trace_info info = {.half_life_ms = 300000};
	struct trace_column columns[TRACE_NR_COLUMNS] = {0};
	struct trace_chunk chunk = {.end_ns = END_NS};
	__u8 head[TRACE_HEAD_BYTES], *packed;
	size_t n_packed;

	trace_head_put(&info, head);
	put(fd, head, sizeof(head));
	if (n)
		chunk.n_intervals = data[0];
	data += !!n;
	n -= !!n;
	for (int i = 0; i < TRACE_NR_COLUMNS && n >= 2; i++) {
		size_t length = le16_get(data);

		data += 2;
		n -= 2;
		length = length < n ? length : n;
		trace_column_put_text(&columns[i], (const char *)data, length);
		data += length;
		n -= length;
	}
	check(!trace_chunk_pack(columns, &chunk, &packed, &n_packed), "packed");
	put(fd, packed, n_packed);
	free(packed);
	for (int i = 0; i < TRACE_NR_COLUMNS; i++)
		trace_column_free(&columns[i]);
}

static void check_frame(const struct trace_reader *reader,
			const struct trace_frame *frame)
{
	size_t at = 0;

	check(frame->start_ns <= frame->end_ns, "it ends after its begin");
	for (size_t nth = 0; nth < frame->n_totals; nth++) {
		const struct trace_access *total = &frame->totals[nth];

		check(total->file < trace_n_files(reader), "a file is listed");
		check(!nth || total->file > total[-1].file, "files are sorted");
		check(trace_file(reader, total->file)->fs < trace_n_fs(reader),
		      "a filesystem is listed");
		for (; at < frame->n && frame->accesses[at].file == total->file;
		     at++) {
			const struct trace_access *access =
				&frame->accesses[at];

			check(access->range < TRACE_RANGE_FILE &&
				      (!at || access[-1].file < access->file ||
				       access[-1].range < access->range),
			      "ranges are sorted");
			check(access->temperature >= 0, "not below 0");
		}
	}
	check(at == frame->n, "each access has a total");
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t n)
{
	int fd = memfd_create("trace", 0);
	struct trace_reader *reader;
	struct trace_error error;
	struct trace_frame frame;
	char path[64];
	int found = 1;

	if (!n)
		return close(fd);
	if (data[0] & 1)
		put(fd, data + 1, n - 1);
	else
		put_columns(fd, data + 1, n - 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!trace_open(path, &reader, &error)) {
		while ((found = trace_next(reader, &frame)) > 0)
			check_frame(reader, &frame);
		check(!found || trace_problem(reader), "errors are explained");
		check(trace_next(reader, &frame) == found, "the end stays");
		trace_rewind(reader);
		trace_seek(reader, END_NS / 2);
		trace_close(reader);
	}
	close(fd);
	return 0;
}
