// SPDX-License-Identifier: GPL-2.0-or-later
/* summary_import FILE DIR: imports FILE, an array of struct frsp_group_summary,
 * into the filesystem at DIR. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "uapi/frsp.h"

#define BATCH 65536

static struct frsp_group_summary groups[BATCH];

int main(int argc, char **argv)
{
	struct frsp_ioc_summary import = {
		.size = sizeof(import),
		.groups = (uintptr_t)groups,
	};
	unsigned long read = 0, taken = 0;
	FILE *file;
	size_t n;
	int dev;

	if (argc != 3) {
		fprintf(stderr, "usage: summary_import FILE DIR\n");
		return 2;
	}
	file = fopen(argv[1], "re");
	dev = open(FRSP_DEVICE, O_RDWR | O_CLOEXEC);
	import.fd = open(argv[2], O_RDONLY | O_CLOEXEC);
	while (file && (n = fread(groups, sizeof(groups[0]), BATCH, file))) {
		import.n = n;
		if (ioctl(dev, FRSP_IOC_IMPORT, &import))
			break;
		read += n;
		taken += import.n;
	}
	if (!file || ferror(file) || !feof(file)) {
		fprintf(stderr, "summary_import: %s\n", strerror(errno));
		return 1;
	}
	printf("%lu of %lu groups taken\n", taken, read);
	return 0;
}
