// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * recording FILE [HOURS [PATH]]: writes a recording of heat that is made up:
 * 400 ranges of a file, by Zipf's law, and metadata that nobody can move. It
 * depends on HOURS (1) alone. PATH: of the file (/srv/hot).
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/bench/synthetic.h"
#include "trace/write.h"

#define FILES 2 /* 0: metadata */

static int add_interval(struct trace_writer *writer, struct trace_frame *frame,
			struct trace_access *accesses,
			struct trace_access totals[FILES])
{
	totals[0] = (struct trace_access){
		.range = TRACE_RANGE_FILE, .reads = 20, .read_bytes = 81920};
	totals[1] = (struct trace_access){.file = 1, .range = TRACE_RANGE_FILE};
	accesses[0] = totals[0];
	accesses[0].range = 0;
	for (size_t i = 0; i < frame->n; i++) {
		struct trace_access *access = &accesses[i + 1];

		*access = frame->accesses[i];
		access->file = 1;
		totals[1].reads += access->reads;
		totals[1].writes += access->writes;
		totals[1].read_bytes += access->read_bytes;
		totals[1].write_bytes += access->write_bytes;
	}
	frame->accesses = accesses;
	frame->n++;
	frame->totals = totals;
	frame->n_totals = FILES;
	return trace_write_interval(writer, frame, false);
}

int main(int argc, char **argv)
{
	static const struct scenario scenario = {.zipf = 0.99,
						 .write_percent = 10};
	static struct trace_access accesses[1024], totals[FILES];
	struct synthetic synthetic = {
		.scenario = &scenario,
		.n_ranges = 400,
		.ops_per_s = 100,
		.interval_s = 10,
		.hours = argc > 2 ? strtod(argv[2], NULL) : 1,
		.seed = 1,
	};
	const struct trace_info info = {.half_life_ms = 300000};
	const struct trace_fs fs = {
		.dev = 7, .subdev = 7, .type = "ext4", .mount = "/srv"};
	const struct trace_file files[FILES] = {
		{.gen = 1, .state = TRACE_PATH_INTERNAL},
		{.ino = 12, .path = argc > 3 ? argv[3] : "/srv/hot"},
	};
	int fd =
		argc > 1 ? open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0644) : -1;
	struct trace_writer *writer;
	struct trace_frame frame;
	int err = fd < 0 || trace_writer_new(fd, &info, &writer);

	if (!err)
		err = trace_write_fs(writer, 0, &fs);
	for (__u32 i = 0; !err && i < FILES; i++)
		err = trace_write_file(writer, i, &files[i]);
	synthetic_begin(&synthetic);
	while (!err && synthetic_next(&synthetic, &frame))
		err = add_interval(writer, &frame, accesses, totals);
	if (!err)
		err = trace_write_flush(writer);
	if (err)
		fprintf(stderr, "recording: %d\n", err);
	return err != 0;
}
