// SPDX-License-Identifier: GPL-2.0-or-later
/* small_files DIR FILES DIRS: creates FILES files of 4 to 64 KiB in DIRS new
 * directories below DIR, and syncs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char data[64 << 10];

static void die(const char *what)
{
	fprintf(stderr, "small_files: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void create(int dir_fd, int number, int n_dirs)
{
	/* an odd factor, so that sizes go round in no order */
	ssize_t bytes = (4 + (long)number * 37 % 61) << 10;
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "d%d/f%d", number % n_dirs, number);
	fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0 || write(fd, data, bytes) != bytes || close(fd))
		die(name);
}

int main(int argc, char **argv)
{
	int dir_fd, n_files, n_dirs;
	char name[32];

	if (argc != 4) {
		fprintf(stderr, "usage: small_files DIR FILES DIRS\n");
		return 2;
	}
	dir_fd = open(argv[1], O_RDONLY | O_DIRECTORY);
	n_files = atoi(argv[2]);
	n_dirs = atoi(argv[3]);
	for (int i = 0; i < n_dirs; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		if (mkdirat(dir_fd, name, 0755))
			die(name);
	}
	for (int i = 0; i < n_files; i++)
		create(dir_fd, i, n_dirs);
	if (syncfs(dir_fd))
		die("syncfs");
	return 0;
}
