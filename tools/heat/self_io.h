/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does I/O of known kinds and sizes on a scratch file, for the self-test. */
#ifndef FRSP_SELF_IO_H
#define FRSP_SELF_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define SELF_IO_FILE_BYTES  (8 << 20)
#define SELF_IO_RANGE_BYTES (1 << 20)
#define SELF_IO_RANGES	    (SELF_IO_FILE_BYTES / SELF_IO_RANGE_BYTES)

struct self_io_file {
	int fd;
	unsigned char *buffer; /* SELF_IO_FILE_BYTES, aligned for direct I/O */
	unsigned int block_bytes; /* of the filesystem */
};

/* Makes a file without a name in directory: it is deleted when its descriptor
 * is closed. Returns 0 or -errno.
 */
int self_io_open(const char *directory, struct self_io_file *file);
void self_io_close(struct self_io_file *file);

struct self_io_kind {
	const char *name;
	bool is_write;
	bool through_cache; /* of pages; else direct I/O */
	__u32 range_bytes;  /* moved per range; 0: its first and last block */
	/* Does the I/O and returns when it has reached the disk. Returns 0,
	 * -EOPNOTSUPP (the filesystem has no such I/O), or another -errno.
	 */
	int (*run)(struct self_io_file *file);
};

extern const struct self_io_kind self_io_kinds[];
extern const size_t self_io_n_kinds;

/* The bytes that a kind moves in each range. */
__u64 self_io_range_bytes(const struct self_io_kind *kind,
			  const struct self_io_file *file);

/* Drops the file's pages from the page cache, so that the next read goes to the
 * disk. Returns 0 or -errno.
 */
int self_io_drop_cache(const struct self_io_file *file);

#endif
