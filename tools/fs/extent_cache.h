/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clears what FIEMAP leaves in ext4's cache of extents. */
#ifndef FRSP_EXTENT_CACHE_H
#define FRSP_EXTENT_CACHE_H

#include <stdbool.h>
#include <linux/types.h>

/* What became of the entries that FIEMAP loads into ext4's cache of extents. */
enum extent_cache {
	EXTENT_CACHE_NONE,	/* the filesystem has no such cache */
	EXTENT_CACHE_CLEARED,	/* the file has no entries now */
	EXTENT_CACHE_PRECACHED, /* left, as somebody had loaded all of them */
	EXTENT_CACHE_TOO_MANY,	/* left: look-ups would wait too long */
	EXTENT_CACHE_FAILED,	/* left, as clearing them failed */
};

/* Clearing takes up to 0.9 ms for 1000 extents, and others' look-ups of the
 * file spin meanwhile. So a file that others may use is not cleared if it has
 * more entries.
 */
#define EXTENT_CACHE_MAX_CLEAR 50000

/* Sets *n to the entries of the file up to the first gap. Returns 0;
 * -EOPNOTSUPP: the kernel does not say it; or another -errno.
 */
int extent_cache_count(int fd, __u64 *n);

/* Takes out all entries but those of delayed allocation. 0 or -errno. */
int extent_cache_drop(int fd);

struct extent_cache_before {
	bool has_cache, was_precached;
};

/* Call it before FIEMAP. */
struct extent_cache_before extent_cache_look(int fd);

/* Call it after FIEMAP. */
enum extent_cache extent_cache_clear(int fd, struct extent_cache_before before);

#endif
