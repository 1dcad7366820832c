// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * place FILE BLOCKS[/PIECE] [-u] [-c] [START+LEN...]
 *
 * Gives FILE the ranges as target ranges (in blocks of the filesystem),
 * preallocates BLOCKS at its end, PIECE at a time, and prints all blocks of
 * FILE: a line START+LEN for each run of blocks. Before the preallocation, -u
 * takes the target ranges away, and -c closes FILE and opens it again.
 * Exit status: 0, or 1 with the failed call and its errno's name on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../kmod/uapi/frsp.h"

#define MAX_RANGES  (FRSP_MAX_RANGES + 1)
#define MAX_EXTENTS 4096

static struct frsp_range ranges[MAX_RANGES];

static void check(int result, const char *call)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s\n", call, strerrorname_np(errno));
	exit(1);
}

static void place(int fd, unsigned int n, bool undo)
{
	struct frsp_ioc_place place = {.size = sizeof(place),
				       .fd = fd,
				       .ranges = (uintptr_t)ranges,
				       .n_ranges = n};
	struct frsp_ioc_unplace unplace = {.size = sizeof(unplace), .fd = fd};
	int frsp = open(FRSP_DEVICE, O_RDWR | O_CLOEXEC);

	check(frsp, FRSP_DEVICE);
	if (n)
		check(ioctl(frsp, FRSP_IOC_PLACE, &place), "place");
	if (undo)
		check(ioctl(frsp, FRSP_IOC_UNPLACE, &unplace), "unplace");
	close(frsp);
}

static void allocate(int fd, unsigned long blocks, unsigned long piece,
		     unsigned long block_bytes)
{
	struct stat stat;
	off_t at;

	check(fstat(fd, &stat), "fstat");
	at = stat.st_size;
	for (unsigned long n; blocks; blocks -= n) {
		n = blocks < piece ? blocks : piece;
		check(fallocate(fd, 0, at, n * block_bytes), "fallocate");
		at += n * block_bytes;
	}
}

static void print(int fd, unsigned long block_bytes)
{
	struct fiemap *map = calloc(
		1, sizeof(*map) + MAX_EXTENTS * sizeof(struct fiemap_extent));
	unsigned long start = 0, len = 0, at;

	if (!map) {
		perror("calloc");
		exit(1);
	}
	map->fm_length = ~0ULL;
	map->fm_extent_count = MAX_EXTENTS;
	map->fm_flags = FIEMAP_FLAG_SYNC;
	check(ioctl(fd, FS_IOC_FIEMAP, map), "fiemap");
	for (unsigned int i = 0; i < map->fm_mapped_extents; i++) {
		at = map->fm_extents[i].fe_physical / block_bytes;
		if (len && at != start + len) {
			printf("%lu+%lu\n", start, len);
			len = 0;
		}
		if (!len)
			start = at;
		len += map->fm_extents[i].fe_length / block_bytes;
	}
	if (len)
		printf("%lu+%lu\n", start, len);
	free(map);
}

int main(int argc, char **argv)
{
	unsigned long blocks, piece, block_bytes;
	bool undo = false, anew = false;
	unsigned int n = 0;
	struct stat stat;
	char *end;
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: place FILE BLOCKS[/PIECE] [-u] [-c] "
				"[START+LEN...]\n");
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	check(fd, argv[1]);
	check(fstat(fd, &stat), "fstat");
	block_bytes = stat.st_blksize;
	blocks = strtoul(argv[2], &end, 10);
	/* ext4 does not round requests of 32767 blocks up */
	piece = *end == '/' ? strtoul(end + 1, NULL, 10) : 32767;
	for (int i = 3; i < argc; i++) {
		undo |= !strcmp(argv[i], "-u");
		anew |= !strcmp(argv[i], "-c");
		if (argv[i][0] == '-' || n == MAX_RANGES)
			continue;
		ranges[n].start_fsblk = strtoull(argv[i], &end, 10);
		ranges[n++].len_blocks = strtoull(end + 1, NULL, 10);
	}
	if (n || undo)
		place(fd, n, undo);
	if (anew) {
		close(fd);
		fd = open(argv[1], O_RDWR | O_CLOEXEC);
		check(fd, argv[1]);
	}
	allocate(fd, blocks, piece, block_bytes);
	print(fd, block_bytes);
	return 0;
}
