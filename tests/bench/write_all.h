/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes that are large enough to be repeated pieces of one buffer. */
#ifndef FRSP_BENCH_WRITE_ALL_H
#define FRSP_BENCH_WRITE_ALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

/* False: errno says why not all of it is written. */
static inline bool write_all(int fd, const void *piece, size_t piece_bytes,
			     uint64_t bytes)
{
	while (bytes) {
		ssize_t done = write(fd, piece,
				     bytes < piece_bytes ? bytes : piece_bytes);

		if (done <= 0)
			return false;
		bytes -= done;
	}
	return true;
}

#endif
