/* SPDX-License-Identifier: GPL-2.0-or-later */
/* I/O of known kinds and sizes on a scratch file, for the self-test. */
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
	unsigned char *buffer;	  /* SELF_IO_FILE_BYTES, for direct I/O */
	unsigned int block_bytes; /* of the filesystem */
};

/* Makes a file in directory that has no name, and goes with its descriptor. 0,
 * -EOPNOTSUPP (the filesystem has no such files), or another -errno.
 */
int self_io_open(const char *directory, struct self_io_file *file);
void self_io_close(struct self_io_file *file);

struct self_io_kind {
	const char *name;
	bool is_write;
	bool through_cache; /* not direct */
	__u32 range_bytes;  /* of each range; 0: its first and its last block */
	/* The I/O reaches the disk before it returns. 0, -EOPNOTSUPP (the
	 * filesystem has no such I/O), or another -errno.
	 */
	int (*run)(struct self_io_file *file);
};

extern const struct self_io_kind self_io_kinds[];
extern const size_t self_io_n_kinds;

/* What a kind moves in each range, in bytes. */
__u64 self_io_range_bytes(const struct self_io_kind *kind,
			  const struct self_io_file *file);

/* Takes the file's pages out of the page cache: the next read finds none there.
 * 0 or -errno.
 */
int self_io_drop_cache(const struct self_io_file *file);

#endif
