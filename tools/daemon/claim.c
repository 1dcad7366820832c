// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define USUAL_DIRECTORY "/run/frspd"

const char *claim_directory(void)
{
	return getenv("RUNTIME_DIRECTORY") ?: USUAL_DIRECTORY;
}

enum exit_code claim_take(void)
{
	const char *directory = claim_directory();
	char path[PATH_MAX];
	int fd;

	if (mkdir(directory, 0755) && errno != EEXIST)
		return log_fail(
			errno == EACCES ? EXIT_PERMISSION : EXIT_FAILED,
			"run it as root, or name another directory in RUNTIME_DIRECTORY",
			"%s: %s", directory, strerror(errno));
	snprintf(path, sizeof(path), "%s/lock", directory);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return log_fail(errno == EACCES ? EXIT_PERMISSION : EXIT_FAILED,
				"run it as root", "%s: %s", path,
				strerror(errno));
	/* stays open until the process ends */
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return EXIT_OK;
	return log_fail(EXIT_FAILED, "\"systemctl status frspd\" shows it",
			"%s: another frspd is running", path);
}
