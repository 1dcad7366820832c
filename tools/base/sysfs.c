// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"

static int open_file(const char *dir, const char *file, int flags)
{
	char path[PATH_MAX];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, file) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sysfs_read_line(const char *dir, const char *file, char *line, size_t size)
{
	int fd = open_file(dir, file, O_RDONLY), err = 0;
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read(fd, line, size - 1);
	if (len < 0)
		err = -errno;
	close(fd);
	if (err)
		return err;
	line[len] = '\0';
	if ((size_t)len == size - 1 && !strchr(line, '\n'))
		return -ENAMETOOLONG;
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

int sysfs_read_u64(const char *dir, const char *file, __u64 *value)
{
	char line[FMT_LEN];
	int err = sysfs_read_line(dir, file, line, sizeof(line));

	return err ? err : fmt_parse_u64(line, ~0ULL, value);
}

int sysfs_write_u64(const char *dir, const char *file, __u64 value)
{
	char text[FMT_LEN];
	int fd = open_file(dir, file, O_WRONLY), err = 0;

	if (fd < 0)
		return fd;
	fmt_bytes(text, value, true);
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}
