// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "ploop/io/file.h"

#define ZERO_BYTES (1u << 20)

/* QEMU locks single bytes of an image that it has open (OFD locks): a writer of
 * ours has a lock on all of them, so neither opens what the other writes. */
static int lock(int fd, bool read_only)
{
	struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (flock(fd, (read_only ? LOCK_SH : LOCK_EX) | LOCK_NB))
		return -errno;
	if (read_only || !fcntl(fd, F_OFD_SETLK, &all))
		return 0;
	return errno == EACCES ? -EWOULDBLOCK : -errno;
}

static int open_one(const char *path, bool read_only, bool is_direct)
{
	int fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC |
				    (is_direct ? O_DIRECT : 0));
	int err;

	if (fd < 0)
		return -errno;
	err = lock(fd, read_only);
	if (!err)
		return fd;
	close(fd);
	return err;
}

int image_files_open(struct image_files *files, const char *const *paths,
		     unsigned int n, unsigned int n_writable, bool is_direct)
{
	files->is_direct = is_direct;
	files->n = 0;
	if (n > IMAGE_MAX_FILES)
		return -E2BIG;
	for (files->n = 0; files->n < n; files->n++) {
		int fd = open_one(paths[files->n], files->n + n_writable < n,
				  is_direct);

		if (fd < 0) {
			image_files_close(files);
			return fd;
		}
		files->fds[files->n] = fd;
	}
	return 0;
}

void image_files_drop(struct image_files *files)
{
	close(files->fds[--files->n]);
}

void image_files_close(struct image_files *files)
{
	while (files->n)
		image_files_drop(files);
}

int image_files_add(struct image_files *files, const char *path)
{
	int fd;

	if (files->n == IMAGE_MAX_FILES)
		return -EMLINK;
	fd = open_one(path, false, files->is_direct);
	if (fd < 0)
		return fd;
	files->fds[files->n++] = fd;
	return 0;
}

/* Making an own lock weaker does not fail. */
void image_files_share(const struct image_files *files, unsigned int file)
{
	struct flock none = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	flock(files->fds[file], LOCK_SH);
	fcntl(files->fds[file], F_OFD_SETLK, &none);
}

__u64 image_file_bytes(const struct image_files *files, unsigned int file)
{
	off_t bytes = lseek(files->fds[file], 0, SEEK_END);

	return bytes < 0 ? 0 : bytes;
}

/* Zeros behind the end of the file. */
static int read_all(int fd, char *buffer, size_t bytes, off_t offset)
{
	ssize_t n = file_read_at(fd, buffer, bytes, offset);

	if (n < 0)
		return n;
	memset(buffer + n, 0, bytes - n);
	return 0;
}

/* O_DIRECT wants an aligned buffer, which a header on the stack is not. */
static int read_aligned(int fd, void *buffer, size_t bytes, off_t offset)
{
	size_t aligned_bytes = (bytes + 4095) / 4096 * 4096;
	void *aligned = aligned_alloc(4096, aligned_bytes);
	int err;

	if (!aligned)
		return -ENOMEM;
	err = read_all(fd, aligned, aligned_bytes, offset);
	memcpy(buffer, aligned, bytes);
	free(aligned);
	return err;
}

int image_file_read(const struct image_files *files, unsigned int file,
		    void *buffer, size_t bytes, __u64 offset)
{
	int fd = files->fds[file];

	return files->is_direct ? read_aligned(fd, buffer, bytes, offset)
				: read_all(fd, buffer, bytes, offset);
}

static int write_zeros(int fd, __u64 offset, __u64 bytes)
{
	static const char zeros[ZERO_BYTES] __attribute__((aligned(4096)));

	while (bytes) {
		__u64 n = bytes < ZERO_BYTES ? bytes : ZERO_BYTES;
		int err = file_write_at(fd, zeros, n, offset);

		if (err)
			return err;
		offset += n;
		bytes -= n;
	}
	return 0;
}

/* Files that cannot have holes get zeros. */
static int zero(int fd, __u64 offset, __u64 bytes)
{
	if (!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
		       bytes))
		return 0;
	return errno == EOPNOTSUPP ? write_zeros(fd, offset, bytes) : -errno;
}

/* The space is reserved, so that first writes do not find the disk full. */
static int extend(int fd, __u64 offset, __u64 bytes)
{
	if (!fallocate(fd, 0, offset, bytes))
		return 0;
	if (errno != EOPNOTSUPP)
		return -errno;
	return ftruncate(fd, offset + bytes) ? -errno : 0;
}

int image_file_io(const struct image_files *files, const struct ploop_io *io)
{
	int fd = files->fds[io->file];

	switch (io->kind) {
	case PLOOP_IO_READ:
		return read_all(fd, io->buffer, io->bytes, io->offset);
	case PLOOP_IO_WRITE:
		return file_write_at(fd, io->buffer, io->bytes, io->offset);
	case PLOOP_IO_SYNC:
		return fdatasync(fd) ? -errno : 0;
	case PLOOP_IO_ZERO:
		return zero(fd, io->offset, io->bytes);
	case PLOOP_IO_EXTEND:
		return extend(fd, io->offset, io->bytes);
	case PLOOP_IO_TRUNCATE:
		return ftruncate(fd, io->offset) ? -errno : 0;
	}
	return -EINVAL;
}

void *image_memory_allocate(void *context, size_t bytes)
{
	size_t whole = (bytes + 4095) / 4096 * 4096;
	void *memory = aligned_alloc(4096, whole);

	(void)context;
	return memory ? memset(memory, 0, whole) : NULL;
}

void image_memory_release(void *context, void *memory, size_t bytes)
{
	(void)context;
	(void)bytes;
	free(memory);
}

__u64 image_now_ns(void *context)
{
	(void)context;
	return clock_ns(CLOCK_MONOTONIC);
}

void image_spin_lock(void *context, struct ploop_lock *lock)
{
	(void)context;
	while (__atomic_exchange_n(&lock->word, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

void image_spin_unlock(void *context, struct ploop_lock *lock)
{
	(void)context;
	__atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
}
