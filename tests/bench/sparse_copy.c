// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sparse_copy FROM TO: copies the data of the file FROM to the same offsets of
 * TO, a disk, and does not write its holes. cp and dd would also write the
 * holes, or read them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES (1 << 20)

static char chunk[CHUNK_BYTES];

static void die(const char *what)
{
	fprintf(stderr, "sparse_copy: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void copy(int from, int to, off_t start, off_t end)
{
	while (start < end) {
		size_t wanted =
			end - start < CHUNK_BYTES ? end - start : CHUNK_BYTES;
		ssize_t bytes = pread(from, chunk, wanted, start);

		if (bytes <= 0)
			die("read");
		if (pwrite(to, chunk, bytes, start) != bytes)
			die("write");
		start += bytes;
	}
}

int main(int argc, char **argv)
{
	off_t start = 0, end = 0;
	int from, to;

	if (argc != 3) {
		fprintf(stderr, "usage: sparse_copy FROM TO\n");
		return 2;
	}
	from = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (from < 0)
		die(argv[1]);
	to = open(argv[2], O_WRONLY | O_CLOEXEC);
	if (to < 0)
		die(argv[2]);
	while ((start = lseek(from, end, SEEK_DATA)) >= 0) {
		end = lseek(from, start, SEEK_HOLE);
		if (end < 0)
			die(argv[1]);
		copy(from, to, start, end);
	}
	if (errno != ENXIO) /* ENXIO: there are no more data */
		die(argv[1]);
	if (fsync(to) || close(to))
		die(argv[2]);
	return 0;
}
