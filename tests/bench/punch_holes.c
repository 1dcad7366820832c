// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * punch_holes FILE FREE USED: splits the file into pieces of FREE + USED blocks
 * of 4 KiB, and punches the first FREE blocks of each piece. Syncs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 4096

static void die(const char *what)
{
	fprintf(stderr, "punch_holes: %s: %s\n", what, strerror(errno));
	exit(1);
}

int main(int argc, char **argv)
{
	off_t offset, hole, step;
	struct stat st;
	int fd;

	if (argc != 4) {
		fprintf(stderr, "usage: punch_holes FILE FREE USED\n");
		return 2;
	}
	hole = atoll(argv[2]) * BLOCK;
	step = hole + atoll(argv[3]) * BLOCK;
	fd = open(argv[1], O_RDWR);
	if (fd < 0 || fstat(fd, &st))
		die(argv[1]);
	for (offset = 0; offset + hole <= st.st_size; offset += step)
		if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      offset, hole))
			die("fallocate");
	if (fsync(fd))
		die("fsync");
	return 0;
}
