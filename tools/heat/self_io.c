// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kinds of I/O: buffered, direct, and through a mapping. Each moves the
 * same number of bytes in each 1-MiB range of a scratch file.
 */
#include "heat/self_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/stat.h>

#define SMALL_READS_PER_RANGE 2		 /* its first and its last block */
#define BUFFER_ALIGNMENT      (64 << 10) /* suits any page and sector size */
#define MAX_BLOCK_BYTES	      (64 << 10)

/* Fills the buffer with bytes that no filesystem can compress (xorshift64* by
 * Marsaglia and Vigna).
 */
static void fill(unsigned char *buffer, size_t n_bytes)
{
	__u64 state = 0x9e3779b97f4a7c15;

	for (size_t i = 0; i + sizeof(state) <= n_bytes; i += sizeof(state)) {
		__u64 value;

		state ^= state >> 12;
		state ^= state << 25;
		state ^= state >> 27;
		value = state * 0x2545f4914f6cdd1d;
		memcpy(buffer + i, &value, sizeof(value));
	}
}

/* A file without a name (O_TMPFILE). If the filesystem has none, a file whose
 * name is deleted at once.
 */
static int open_nameless(const char *directory)
{
	char *path;
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd < 0 ? -errno : fd;
	if (asprintf(&path, "%s/.frsp-self-test.XXXXXX", directory) < 0)
		return -ENOMEM;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	else
		unlink(path);
	free(path);
	return fd;
}

int self_io_open(const char *directory, struct self_io_file *file)
{
	struct statvfs fs;
	int err;

	*file = (struct self_io_file){.fd = open_nameless(directory)};
	if (file->fd < 0)
		return file->fd;
	if (fstatvfs(file->fd, &fs)) {
		err = -errno;
		self_io_close(file);
		return err;
	}
	file->block_bytes =
		fs.f_bsize < MAX_BLOCK_BYTES ? fs.f_bsize : MAX_BLOCK_BYTES;
	file->buffer = aligned_alloc(BUFFER_ALIGNMENT, SELF_IO_FILE_BYTES);
	if (!file->buffer) {
		self_io_close(file);
		return -ENOMEM;
	}
	fill(file->buffer, SELF_IO_FILE_BYTES);
	return 0;
}

void self_io_close(struct self_io_file *file)
{
	free(file->buffer);
	if (file->fd >= 0)
		close(file->fd);
	*file = (struct self_io_file){.fd = -1};
}

int self_io_drop_cache(const struct self_io_file *file)
{
	return -posix_fadvise(file->fd, 0, 0, POSIX_FADV_DONTNEED);
}

/* Filesystems without direct I/O refuse the flag or the I/O with EINVAL. */
static int direct_error(int err)
{
	return err == EINVAL ? -EOPNOTSUPP : -err;
}

static int set_direct(const struct self_io_file *file, bool direct)
{
	int flags = fcntl(file->fd, F_GETFL);

	flags = direct ? flags | O_DIRECT : flags & ~O_DIRECT;
	return fcntl(file->fd, F_SETFL, flags) ? direct_error(errno) : 0;
}

/* Moves n_bytes by pread() or pwrite(). After a short transfer it goes on with
 * the rest, which returns the error that cut the transfer short.
 */
static int move(const struct self_io_file *file, bool is_write, size_t n_bytes,
		off_t at)
{
	unsigned char *from = file->buffer;

	while (n_bytes) {
		ssize_t n = is_write ? pwrite(file->fd, from, n_bytes, at)
				     : pread(file->fd, from, n_bytes, at);

		if (n <= 0)
			return n ? -errno : -EIO;
		from += n;
		n_bytes -= n;
		at += n;
	}
	return 0;
}

/* Writes the file in one call, so that direct I/O takes several bios. */
static int write_file(struct self_io_file *file)
{
	return move(file, true, SELF_IO_FILE_BYTES, 0);
}

static int read_file(struct self_io_file *file)
{
	return move(file, false, SELF_IO_FILE_BYTES, 0);
}

/* Reads the first and the last block of each range. If the offset were wrong by
 * a block, one of the two would count for another range.
 */
static int read_blocks(struct self_io_file *file)
{
	off_t last = SELF_IO_RANGE_BYTES - file->block_bytes;
	int err = 0;

	for (off_t range = 0; range < SELF_IO_FILE_BYTES && !err;
	     range += SELF_IO_RANGE_BYTES) {
		err = move(file, false, file->block_bytes, range);
		if (!err)
			err = move(file, false, file->block_bytes,
				   range + last);
	}
	return err;
}

/* A filesystem may accept the flag and still use the page cache, as ext4 does
 * with data=journal, which can be set for a single file. statx() tells, on some
 * filesystems; on the others assume that direct I/O works.
 */
static bool is_direct_possible(const struct self_io_file *file)
{
	struct statx st = {0};

	return syscall(SYS_statx, file->fd, "", AT_EMPTY_PATH, STATX_DIOALIGN,
		       &st) ||
	       !(st.stx_mask & STATX_DIOALIGN) || st.stx_dio_offset_align;
}

static int run_direct(struct self_io_file *file,
		      int (*run)(struct self_io_file *file))
{
	int err =
		is_direct_possible(file) ? set_direct(file, true) : -EOPNOTSUPP;

	if (err)
		return err;
	err = run(file);
	set_direct(file, false);
	return err < 0 ? direct_error(-err) : 0;
}

static int write_direct(struct self_io_file *file)
{
	return run_direct(file, write_file);
}

static int read_direct(struct self_io_file *file)
{
	return run_direct(file, read_file);
}

static int read_direct_blocks(struct self_io_file *file)
{
	return run_direct(file, read_blocks);
}

static int write_buffered(struct self_io_file *file)
{
	int err = write_file(file);

	return err ?: fdatasync(file->fd) ? -errno : 0;
}

static int with_mapping(struct self_io_file *file, int protection,
			int (*run)(unsigned char *at))
{
	unsigned char *at = mmap(NULL, SELF_IO_FILE_BYTES, protection,
				 MAP_SHARED, file->fd, 0);
	int err;

	if (at == MAP_FAILED)
		return errno == ENODEV ? -EOPNOTSUPP : -errno;
	err = run(at);
	munmap(at, SELF_IO_FILE_BYTES);
	return err;
}

static int dirty_pages(unsigned char *at)
{
	long page = sysconf(_SC_PAGESIZE);

	for (long i = 0; i < SELF_IO_FILE_BYTES; i += page)
		((volatile unsigned char *)at)[i]++;
	return msync(at, SELF_IO_FILE_BYTES, MS_SYNC) ? -errno : 0;
}

static int touch_pages(unsigned char *at)
{
	long page = sysconf(_SC_PAGESIZE);

	for (long i = 0; i < SELF_IO_FILE_BYTES; i += page)
		(void)((volatile unsigned char *)at)[i];
	return 0;
}

static int write_mapped(struct self_io_file *file)
{
	return with_mapping(file, PROT_READ | PROT_WRITE, dirty_pages);
}

static int read_mapped(struct self_io_file *file)
{
	return with_mapping(file, PROT_READ, touch_pages);
}

/* The first kind writes, and so gives the file its blocks. */
const struct self_io_kind self_io_kinds[] = {
	{"buffered writes", true, true, SELF_IO_RANGE_BYTES, write_buffered},
	{"buffered reads", false, true, SELF_IO_RANGE_BYTES, read_file},
	{"direct writes", true, false, SELF_IO_RANGE_BYTES, write_direct},
	{"direct reads", false, false, SELF_IO_RANGE_BYTES, read_direct},
	{"direct reads of a block", false, false, 0, read_direct_blocks},
	{"writes to a mapping", true, true, SELF_IO_RANGE_BYTES, write_mapped},
	{"reads of a mapping", false, true, SELF_IO_RANGE_BYTES, read_mapped},
};

const size_t self_io_n_kinds = sizeof(self_io_kinds) / sizeof(self_io_kinds[0]);

__u64 self_io_range_bytes(const struct self_io_kind *kind,
			  const struct self_io_file *file)
{
	return kind->range_bytes ?: SMALL_READS_PER_RANGE * file->block_bytes;
}
