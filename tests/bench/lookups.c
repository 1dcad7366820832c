// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lookups DIR FILES ROUNDS: measures a look-up in ext4's extent status tree by
 * FIBMAP, which does little else. Makes FILES files in DIR, and unlinks them at
 * once. Prints the CPU time of a call in ns, the least of ROUNDS rounds: for
 * one file, and for all files in turn.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

static void die(const char *what)
{
	fprintf(stderr, "lookups: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int make_file(int dir_fd, int number)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "lookups.%d", number);
	fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1 || unlinkat(dir_fd, name, 0))
		die(name);
	return fd;
}

static void look_up(int fd)
{
	int block = 0;

	if (ioctl(fd, FIBMAP, &block))
		die("FIBMAP");
}

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* Returns the CPU time of a call, the mean of a round of n_calls. */
static double round_ns(const int *fds, int n_files, int n_calls)
{
	double began = cpu_ns();

	for (int i = 0; i < n_calls; i++)
		look_up(fds[i % n_files]);
	return (cpu_ns() - began) / n_calls;
}

static double least_ns(const int *fds, int n_files, int n_calls, int n_rounds)
{
	double least = round_ns(fds, n_files, n_calls);

	while (--n_rounds > 0) {
		double ns = round_ns(fds, n_files, n_calls);

		if (ns < least)
			least = ns;
	}
	return least;
}

int main(int argc, char **argv)
{
	struct rlimit limit;
	int dir_fd, n_files, n_rounds, *fds;

	if (argc != 4) {
		fprintf(stderr, "usage: lookups DIR FILES ROUNDS\n");
		return 2;
	}
	n_files = atoi(argv[2]);
	n_rounds = atoi(argv[3]);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	dir_fd = open(argv[1], O_RDONLY | O_DIRECTORY);
	fds = calloc(n_files, sizeof(*fds));
	if (dir_fd < 0 || !fds)
		die(argv[1]);
	for (int i = 0; i < n_files; i++)
		fds[i] = make_file(dir_fd, i);
	if (syncfs(dir_fd))
		die("syncfs");
	printf("%.1f ", least_ns(fds, 1, n_files, n_rounds));
	printf("%.1f\n", least_ns(fds, n_files, n_files, n_rounds));
	return 0;
}
