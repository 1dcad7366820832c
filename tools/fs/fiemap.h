/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a file is on the disk, from the ioctl FIEMAP. */
#ifndef FRSP_FIEMAP_H
#define FRSP_FIEMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* Bytes that are contiguous in the file and on the disk. */
struct file_extent {
	__u64 logical;	/* offset in the file */
	__u64 physical; /* offset on the filesystem's device */
	__u64 bytes;
	bool unwritten; /* preallocated: reads return zeros */
};

struct file_extents {
	struct file_extent *extents; /* by rising logical */
	size_t n;
};

/*
 * Reads the extents that overlap the bytes [start, end) of a file, whole. Dirty
 * pages are written first, so that they have a place on the disk.
 *
 * Extents that continue each other are one here: an extent of ext4 has at most
 * 32768 blocks, which says nothing about how the file lies on the disk.
 *
 * 0; -EOPNOTSUPP: the filesystem cannot say it, or the file is inline,
 * compressed or still not allocated; or another -errno. On success the caller
 * frees the extents.
 */
int file_extents_read(int fd, __u64 start, __u64 end,
		      struct file_extents *extents);

/* The same, but writes nothing, and leaves out what has no place on the disk. */
int file_extents_peek(int fd, __u64 start, __u64 end,
		      struct file_extents *extents);

void file_extents_free(struct file_extents *extents);

/* The sum of their bytes. */
__u64 file_extents_bytes(const struct file_extents *extents);

/* Adds an extent that follows the others in the file: a new one, or more bytes
 * of the last. 0 or -ENOMEM.
 */
int file_extents_add(struct file_extents *extents,
		     const struct file_extent *extent);

#endif
