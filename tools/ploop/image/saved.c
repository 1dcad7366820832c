// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/saved.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "ploop/image/file.h"

#define MAX_SAVED  1000
#define COPY_BYTES (1 << 20)

int saved_begin(const char *image_path, struct saved *saved)
{
	for (int i = 1; i <= MAX_SAVED; i++) {
		int n = snprintf(saved->path, sizeof(saved->path),
				 "%s.repair-%d", image_path, i);

		if ((size_t)n >= sizeof(saved->path))
			return -ENAMETOOLONG;
		saved->fd = open(saved->path,
				 O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (saved->fd >= 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static int copy(int to, int from, __u64 byte, __u64 n)
{
	char *buffer = malloc(COPY_BYTES);
	int err = buffer ? 0 : -ENOMEM;

	while (!err && n) {
		size_t now = n < COPY_BYTES ? n : COPY_BYTES;

		err = read_all_at(from, buffer, now, byte);
		if (!err)
			err = file_write_at(to, buffer, now, byte);
		byte += now;
		n -= now;
	}
	free(buffer);
	return err;
}

int saved_add(struct saved *saved, int image_fd, __u64 byte, __u64 n)
{
	const __u64 end = byte + n;
	int err = 0;

	while (!err && byte < end) {
		off_t data = lseek(image_fd, byte, SEEK_DATA), hole;

		if (data < 0)
			return errno == ENXIO ? 0 : -errno;
		if ((__u64)data >= end)
			break;
		hole = lseek(image_fd, data, SEEK_HOLE);
		if (hole < 0)
			return -errno;
		if ((__u64)hole > end)
			hole = end;
		err = copy(saved->fd, image_fd, data, hole - data);
		byte = hole;
	}
	return err;
}

int saved_end(struct saved *saved, __u64 bytes)
{
	int err = ftruncate(saved->fd, bytes) || fsync(saved->fd) ? -errno : 0;

	if (close(saved->fd) && !err)
		err = -errno;
	saved->fd = -1;
	return err ? err : file_sync_directory_of(saved->path);
}

void saved_drop(struct saved *saved)
{
	if (saved->fd >= 0)
		close(saved->fd);
	unlink(saved->path);
}
