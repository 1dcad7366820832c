/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests: a recording of the example of trace/format.h. */
#ifndef FRSP_TEST_RECORDING_H
#define FRSP_TEST_RECORDING_H

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "scratch.h"
#include "trace/read.h"
#include "trace/write.h"

#define BEGIN 1700000000000000000ULL
#define SEC   1000000000ULL

static const struct trace_info info = {
	.kind = TRACE_OF_FILES,
	.half_life_ms = 300000,
	.begin_ns = BEGIN,
	.begin_mono_ns = 5,
	.host = "box",
	.boot_id = "b",
};

static const struct trace_fs disk_fs = {
	.dev = 0x800001,
	.subdev = 0x800001,
	.bytes = 1ULL << 40,
	.type = "ext4",
	.mount = "/srv",
};

/* The interval of the example in trace/format.h. */
static const struct trace_access example_accesses[] = {
	{0, 5, 3, 0, 12288, 0, 0},
	{2, 1, 0, 1, 0, 524288, 0},
	{2, 2, 0, 1, 0, 524288, 0},
};

static const struct trace_access example_totals[] = {
	{0, TRACE_RANGE_FILE, 3, 0, 12288, 0, 0},
	{2, TRACE_RANGE_FILE, 0, 1, 0, 1048576, 0},
};

static const struct trace_frame example = {
	.start_ns = BEGIN,
	.end_ns = BEGIN + 10 * SEC,
	.accesses = example_accesses,
	.n = ARRAY_SIZE(example_accesses),
	.totals = example_totals,
	.n_totals = ARRAY_SIZE(example_totals),
	.bios = 4,
};

static inline struct trace_writer *begin_write(int *fd)
{
	struct trace_writer *writer;

	*fd = open(scratch_path("x"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(*fd >= 0);
	assert_int_equal(trace_writer_new(*fd, &info, &writer), 0);
	return writer;
}

/* Lists a filesystem, and n files with a path each. */
static inline void list_files(struct trace_writer *writer, __u32 n)
{
	char path[64];

	assert_int_equal(trace_write_fs(writer, 0, &disk_fs), 0);
	for (__u32 i = 0; i < n; i++) {
		const struct trace_file file = {
			.ino = 100 + i,
			.gen = 7 * i,
			.n_links = 1,
			.path = path,
		};

		snprintf(path, sizeof(path), "/srv/file%u", i);
		assert_int_equal(trace_write_file(writer, i, &file), 0);
	}
}

static inline void end_write(struct trace_writer *writer, int fd)
{
	assert_int_equal(trace_write_flush(writer), 0);
	trace_writer_free(writer);
	close(fd);
}

/* The example n times, one interval after the other, a chunk for each. */
static inline void write_examples(int n)
{
	struct trace_frame frame = example;
	struct trace_writer *writer;
	int fd;

	writer = begin_write(&fd);
	list_files(writer, 3);
	for (int i = 0; i < n; i++) {
		assert_int_equal(trace_write_interval(writer, &frame, false),
				 0);
		assert_int_equal(trace_write_flush(writer), 0);
		frame.start_ns += 10 * SEC;
		frame.end_ns += 10 * SEC;
	}
	end_write(writer, fd);
}

static inline struct trace_reader *begin_read(void)
{
	struct trace_reader *reader;
	struct trace_error error;

	if (trace_open(scratch_path("x"), &reader, &error))
		fail_msg("%s", error.cause);
	return reader;
}

#endif
