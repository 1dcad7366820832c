/* SPDX-License-Identifier: GPL-2.0-or-later */
/* write_all() writes a buffer repeatedly, for writes larger than the buffer. */
#ifndef FRSP_BENCH_WRITE_ALL_H
#define FRSP_BENCH_WRITE_ALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

/* Returns false if not all bytes are written; errno has the reason. */
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
