// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intervals begin at whole multiples of their length after the first I/O. Where
 * nothing happened there is none. An I/O that comes late, with a time before
 * the interval, counts in it: traces are sorted but for that.
 */
#include "trace/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/block_line.h"
#include "trace/gather.h"
#include "trace/write.h"

#define INTERVAL_NS (TRACE_IMPORT_INTERVAL_S * 1000000000ULL)
#define FLUSH_NS    (60 * 1000000000ULL)
#define MAX_DISKS   TRACE_MAX_FS
/* When so many accesses are gathered, those of one key are added up. */
#define CROWD (1U << 20)

const char *const trace_import_names[TRACE_NR_IMPORTS] = {
	[TRACE_IMPORT_MSR] = "msr",
	[TRACE_IMPORT_BLKPARSE] = "blkparse",
};

static enum block_line (*const parsers[TRACE_NR_IMPORTS])(
	const char *line, struct block_io *io) = {
	[TRACE_IMPORT_MSR] = block_line_msr,
	[TRACE_IMPORT_BLKPARSE] = block_line_blkparse,
};

struct import {
	int fd;
	__u32 half_life_ms;
	struct trace_writer *writer; /* NULL: nothing was found so far */
	struct trace_gather gather;
	char disks[MAX_DISKS][BLOCK_DISK_LEN];
	__u64 start_ns; /* of the interval */
	__u64 n_bios;	/* in it */
	struct trace_import_result *result;
};

/* The index of a disk, which is listed if it is new; MAX_DISKS: no room. */
static int find_disk(struct import *import, const char *name, __u32 *disk)
{
	__u32 n = import->result->n_disks;
	char path[BLOCK_DISK_LEN + 1];
	const struct trace_fs fs = {
		.dev = n + 1, .subdev = n + 1, .type = "disk", .mount = path};
	const struct trace_file file = {
		.fs = n, .ino = n + 1, .n_links = 1, .path = path};
	int err;

	for (*disk = 0; *disk < n; ++*disk)
		if (!strcmp(import->disks[*disk], name))
			return 0;
	if (n == MAX_DISKS)
		return 0;
	strcpy(import->disks[n], name);
	snprintf(path, sizeof(path), "/%s", name);
	import->result->n_disks++;
	err = trace_write_fs(import->writer, n, &fs);
	return err ?: trace_write_file(import->writer, n, &file);
}

/* Ends the interval, if there is anything in it. */
static int end_interval(struct import *import, __u64 end_ns)
{
	struct trace_frame frame = {.start_ns = import->start_ns,
				    .end_ns = end_ns,
				    .bios = import->n_bios};
	int err;

	if (!import->n_bios)
		return 0;
	err = trace_gather_end(&import->gather, &frame);
	if (!err)
		err = trace_write_interval(import->writer, &frame, false);
	if (!err && trace_writer_pending_ns(import->writer) >= FLUSH_NS)
		err = trace_write_flush(import->writer);
	trace_gather_clear(&import->gather);
	import->n_bios = 0;
	import->result->end_ns = end_ns;
	import->start_ns = end_ns;
	return err;
}

/* Begins the recording with the first I/O. */
static int begin(struct import *import, __u64 ns)
{
	const struct trace_info info = {
		.kind = TRACE_OF_DISKS,
		.half_life_ms = import->half_life_ms,
		.begin_ns = ns,
	};

	import->start_ns = ns;
	import->result->begin_ns = ns;
	return trace_writer_new(import->fd, &info, &import->writer);
}

/* Adds the I/O to each range that it touches. */
static int add_ranges(struct import *import, const struct block_io *io,
		      __u32 disk)
{
	__u64 at = io->offset, end = io->offset + io->bytes;
	struct trace_access total = {.file = disk, .range = TRACE_RANGE_FILE};
	int err = 0;

	while (at < end && !err) {
		__u64 range = at >> TRACE_RANGE_SHIFT;
		__u64 next = (range + 1) << TRACE_RANGE_SHIFT;
		__u64 bytes = (next < end ? next : end) - at;
		struct trace_access access = {.file = disk,
					      .range = range,
					      .reads = !io->is_write,
					      .writes = io->is_write};

		*(io->is_write ? &access.write_bytes : &access.read_bytes) =
			bytes;
		err = trace_gather_add(&import->gather, &access);
		at += bytes;
	}
	total.reads = !io->is_write;
	total.writes = io->is_write;
	*(io->is_write ? &total.write_bytes : &total.read_bytes) = io->bytes;
	return err ?: trace_gather_add(&import->gather, &total);
}

/* An interval cannot have more than TRACE_MAX_ACCESSES. */
static int thin_out(struct import *import, __u64 ns)
{
	if (import->gather.ranges.n + import->gather.totals.n < CROWD)
		return 0;
	trace_gather_sort(&import->gather);
	return import->gather.ranges.n < CROWD / 2
		       ? 0
		       : end_interval(import, ns > import->start_ns
						      ? ns
						      : import->start_ns);
}

static int add_io(struct import *import, const struct block_io *io)
{
	__u32 disk;
	int err = import->writer ? 0 : begin(import, io->ns);

	if (err)
		return err;
	if (io->ns >= import->start_ns + INTERVAL_NS) {
		__u64 steps = (io->ns - import->start_ns) / INTERVAL_NS;
		__u64 next = import->start_ns + steps * INTERVAL_NS;

		err = end_interval(import, import->start_ns + INTERVAL_NS);
		if (err)
			return err;
		import->start_ns = next;
	}
	err = find_disk(import, io->disk, &disk);
	if (err)
		return err;
	if (disk == MAX_DISKS ||
	    io->offset + io->bytes > (__u64)TRACE_RANGE_FILE
					     << TRACE_RANGE_SHIFT) {
		import->result->n_left_out++;
		return 0;
	}
	import->result->n_ios++;
	import->n_bios++;
	err = add_ranges(import, io, disk);
	return err ?: thin_out(import, io->ns);
}

static int add_line(struct import *import, enum trace_import_format format,
		    const char *line)
{
	struct trace_import_result *result = import->result;
	struct block_io io = {0};

	result->n_lines++;
	switch (parsers[format](line, &io)) {
	case BLOCK_IO:
		return add_io(import, &io);
	case BLOCK_BAD:
		if (!result->n_bad++)
			result->first_bad = result->n_lines;
		return 0;
	default:
		return 0;
	}
}

int trace_import(FILE *in, enum trace_import_format format, int fd,
		 __u32 half_life_ms, struct trace_import_result *result)
{
	struct import *import = calloc(1, sizeof(*import));
	char line[512];
	bool is_rest = false; /* of a line that did not fit */
	int err = 0;

	memset(result, 0, sizeof(*result));
	if (!import)
		return -ENOMEM;
	import->fd = fd;
	import->half_life_ms = half_life_ms;
	import->result = result;
	errno = 0;
	while (!err && fgets(line, sizeof(line), in)) {
		if (!is_rest)
			err = add_line(import, format, line);
		is_rest = !strchr(line, '\n');
	}
	if (!err && ferror(in)) {
		err = errno ? -errno : -EIO;
		result->has_read_error = true;
	}
	if (!err && !result->n_ios)
		err = -ENODATA;
	if (!err)
		err = end_interval(import, import->start_ns + INTERVAL_NS);
	if (!err)
		err = trace_write_flush(import->writer);
	if (!err)
		result->bytes = trace_writer_bytes(import->writer);
	trace_writer_free(import->writer);
	trace_gather_free(&import->gather);
	free(import);
	return err;
}
