/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a mounted filesystem has free space, from the ioctl GETFSMAP, which
 * ext4 has since 4.14. Needs root.
 */
#ifndef FRSP_FREE_SPACE_H
#define FRSP_FREE_SPACE_H

#include <stddef.h>
#include <linux/types.h>

struct free_range {
	__u64 start, end; /* bytes of the filesystem's device */
};

struct free_space {
	struct free_range *ranges; /* by rising start; none touches another */
	size_t n;
};

/*
 * Reads the free ranges in the bytes [start, end), cut at these. fd: a
 * directory of the filesystem. What is preallocated, or freed in a transaction
 * that is not committed yet, is not free. 0; -EOPNOTSUPP: the filesystem cannot
 * say it; or another -errno. On success the caller frees it.
 */
int free_space_read(int fd, __u64 start, __u64 end, struct free_space *space);
void free_space_free(struct free_space *space);

/* How many of the bytes [start, end) are free. */
__u64 free_space_in(const struct free_space *space, __u64 start, __u64 end);

#endif
