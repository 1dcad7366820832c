// SPDX-License-Identifier: GPL-2.0-or-later
/* Imports traces of block I/O that libFuzzer makes up (tools/trace/import.c),
 * as each of the formats, and reads the recording.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trace/import.h"
#include "trace/read.h"

static void check(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

/* Reads the recording. Returns how many bios it has. */
static __u64 count_bios(int fd)
{
	struct trace_reader *reader;
	struct trace_error error;
	struct trace_frame frame;
	char path[64];
	__u64 n = 0;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	check(!trace_open(path, &reader, &error), "it is a recording");
	while (trace_next(reader, &frame) > 0)
		n += frame.bios;
	check(!trace_problem(reader), "it is whole");
	trace_close(reader);
	return n;
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t n)
{
	for (int format = 0; n && format < TRACE_NR_IMPORTS; format++) {
		FILE *in = fmemopen((void *)data, n, "r");
		int fd = memfd_create("trace", 0);
		struct trace_import_result result;

		if (!trace_import(in, format, fd, 300000, &result))
			check(count_bios(fd) == result.n_ios, "all are there");
		fclose(in);
		close(fd);
	}
	return 0;
}
