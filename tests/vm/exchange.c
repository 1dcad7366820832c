// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exchange FILE: makes FILE, 1 MiB of "o", exchanges its blocks for others as
 * e4defrag does, overwrites the second block with "n", calls fdatasync(), and
 * shuts the filesystem down without writing the journal, as if the power
 * failed. What was exchanged is not committed by anything else.
 * Exit status: 0, or 1 with the failed call and its errno's name on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FILE_BYTES  (1 << 20)
#define BLOCK_BYTES 4096

struct move_extent {
	__u32 reserved, donor_fd;
	__u64 orig_start, donor_start, len, moved_len; /* blocks */
};
#define EXT4_IOC_MOVE_EXT _IOWR('f', 15, struct move_extent)

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, __u32)
#define NOLOGFLUSH	  2

static void check(long result, const char *call)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s\n", call, strerrorname_np(errno));
	exit(1);
}

int main(int argc, char **argv)
{
	static char old[FILE_BYTES], new[BLOCK_BYTES];
	struct move_extent move = {.len = FILE_BYTES / BLOCK_BYTES};
	__u32 how = NOLOGFLUSH;
	int fd, dir;

	if (argc != 2) {
		fprintf(stderr, "usage: exchange FILE\n");
		return 1;
	}
	memset(old, 'o', sizeof(old));
	memset(new, 'n', sizeof(new));
	fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd, "open");
	check(write(fd, old, sizeof(old)), "write");
	dir = open(dirname(argv[1]), O_RDONLY | O_DIRECTORY);
	check(dir, "open");
	move.donor_fd = openat(dir, ".", O_TMPFILE | O_RDWR, 0600);
	check((int)move.donor_fd, "O_TMPFILE");
	check(fallocate(move.donor_fd, 0, 0, FILE_BYTES), "fallocate");
	check(syncfs(dir), "syncfs");
	check(ioctl(fd, EXT4_IOC_MOVE_EXT, &move), "EXT4_IOC_MOVE_EXT");
	check(pwrite(fd, new, sizeof(new), BLOCK_BYTES), "pwrite");
	check(fdatasync(fd), "fdatasync");
	check(ioctl(dir, EXT4_IOC_SHUTDOWN, &how), "EXT4_IOC_SHUTDOWN");
	return 0;
}
