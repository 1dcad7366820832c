// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_all(int fd, size_t max, void **data, size_t *len)
{
	size_t done = 0, size;
	struct stat st;
	ssize_t n;
	char *buf;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((size_t)st.st_size > max)
		return -EFBIG;
	size = st.st_size;
	buf = malloc(size ? size : 1);
	if (!buf)
		return -ENOMEM;
	while (done < size && (n = read(fd, buf + done, size - done))) {
		if (n < 0 && errno != EINTR) {
			n = -errno;
			free(buf);
			return n;
		}
		done += n > 0 ? n : 0;
	}
	*data = buf;
	*len = done;
	return 0;
}

int file_read(const char *path, size_t max, void **data, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;

	if (fd < 0)
		return -errno;
	err = read_all(fd, max, data, len);
	close(fd);
	return err;
}

int file_write(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= n;
		}
	}
	return 0;
}

ssize_t file_read_at(int fd, void *data, size_t len, off_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (char *)data + done, len - done,
				  offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += n;
	}
	return done;
}

int file_write_at(int fd, const void *data, size_t len, off_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pwrite(fd, (const char *)data + done, len - done,
				   offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		done += n;
	}
	return 0;
}

int file_sync_directory_of(const char *path)
{
	char copy[PATH_MAX];
	int fd, err = 0;

	strcpy(copy, path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Some filesystems have no fsync() of directories. */
	if (fsync(fd) && errno != EINVAL)
		err = -errno;
	close(fd);
	return err;
}

/* Sets target to the file that path leads to, so that a symbolic link at path
 * stays. A link that leads to no file is replaced.
 */
static int find_target(const char *path, char target[PATH_MAX])
{
	struct stat st;

	if (realpath(path, target)) {
		if (stat(target, &st))
			return -errno;
		return S_ISREG(st.st_mode) ? 0 : -EINVAL;
	}
	if (errno != ENOENT)
		return -errno;
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(target, path);
	return 0;
}

/* Gives the new file the owner and mode of the one that it replaces, if there
 * is one and we may.
 */
static void take_after(int fd, const char *target)
{
	struct stat st;

	if (!stat(target, &st) && !fchown(fd, st.st_uid, st.st_gid))
		fchmod(fd, st.st_mode & 0777);
}

int file_replace(const char *path, const void *data, size_t len)
{
	char target[PATH_MAX], new[PATH_MAX];
	int err = find_target(path, target), fd;

	if (err)
		return err;
	if ((size_t)snprintf(new, sizeof(new), "%s.XXXXXX", target) >=
	    sizeof(new))
		return -ENAMETOOLONG;
	fd = mkostemp(new, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	take_after(fd, target);
	err = file_write(fd, data, len);
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(new, target))
		err = -errno;
	if (err) {
		unlink(new);
		return err;
	}
	return file_sync_directory_of(target);
}
