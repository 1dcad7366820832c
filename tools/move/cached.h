/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which pages of a file are in the page cache, so that the mover leaves those
 * of others there and drops its own.
 */
#ifndef FRSP_MOVE_CACHED_H
#define FRSP_MOVE_CACHED_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* The pages that have any of a range of bytes. */
struct cached {
	__u64 start; /* of the first page, in bytes */
	size_t page_bytes, n;
	unsigned char *pages; /* 1: it was cached */
};

/* Notes which pages that have any of [start, end) are cached. 0 or -errno. On
 * success the caller frees it.
 */
int cached_note(int fd, __u64 start, __u64 end, struct cached *cached);
void cached_free(struct cached *cached);

/* The next range [*start, *end) inside of [*start, end of the note) that was
 * cached, or that was not. False: there is none.
 */
bool cached_next(const struct cached *cached, bool was_cached, __u64 *start,
		 __u64 *end);

#endif
