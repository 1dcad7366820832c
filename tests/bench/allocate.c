// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * allocate DIR FILES KIB: creates FILES files in the new directory DIR and
 * allocates KIB KiB for each. Prints the kernel's CPU time for one allocation,
 * in microseconds, and the extents of a file; both are means.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "allocate: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double system_us(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_stime.tv_sec * 1e6 + usage.ru_stime.tv_usec;
}

static unsigned int count_extents(int fd)
{
	struct fiemap map = {.fm_length = FIEMAP_MAX_OFFSET};

	if (ioctl(fd, FS_IOC_FIEMAP, &map))
		die("FS_IOC_FIEMAP");
	return map.fm_mapped_extents;
}

int main(int argc, char **argv)
{
	unsigned long extents = 0;
	int n_files, *fds;
	char name[32];
	double began;
	off_t bytes;

	if (argc != 4) {
		fprintf(stderr, "usage: allocate DIR FILES KIB\n");
		return 2;
	}
	n_files = atoi(argv[2]);
	bytes = atoll(argv[3]) << 10;
	if (mkdir(argv[1], 0755) || chdir(argv[1]))
		die(argv[1]);
	fds = calloc(n_files, sizeof(*fds));
	if (!fds)
		die("calloc");
	for (int i = 0; i < n_files; i++) {
		snprintf(name, sizeof(name), "%d", i);
		fds[i] = open(name, O_RDWR | O_CREAT | O_EXCL, 0644);
		if (fds[i] < 0)
			die(name);
	}
	began = system_us();
	for (int i = 0; i < n_files; i++)
		if (fallocate(fds[i], 0, 0, bytes))
			die("fallocate");
	began = system_us() - began;
	for (int i = 0; i < n_files; i++)
		extents += count_extents(fds[i]);
	printf("%.2f %.2f\n", began / n_files, (double)extents / n_files);
	free(fds);
	return 0;
}
