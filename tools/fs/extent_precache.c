// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/extent_precache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "fs/extent_cache.h"

/* fs/ext4/ext4.h; no header for user space has it */
#define EXT4_IOC_PRECACHE_EXTENTS _IO('f', 18)

/* Reads the next extents, and sets *is_last. Returns how many, or -errno. */
static int load_step(int fd, struct fiemap *map, __u64 *next, bool *is_last)
{
	const struct fiemap_extent *last;

	*map = (struct fiemap){
		.fm_start = *next,
		.fm_length = FIEMAP_MAX_OFFSET - *next,
		.fm_extent_count = EXTENT_PRECACHE_PER_LEAF,
	};
	if (ioctl(fd, FS_IOC_FIEMAP, map))
		return errno == ENOTTY ? -EOPNOTSUPP : -errno;
	*is_last = !map->fm_mapped_extents;
	if (*is_last)
		return 0;
	last = &map->fm_extents[map->fm_mapped_extents - 1];
	*is_last = last->fe_flags & FIEMAP_EXTENT_LAST;
	*next = last->fe_logical + last->fe_length;
	return map->fm_mapped_extents;
}

static int load_all(int fd, struct fiemap *map, __u64 *n_extents)
{
	bool is_last = false;
	__u64 next = 0;

	while (!is_last) {
		double start_s = clock_monotonic_s();
		int n = load_step(fd, map, &next, &is_last);

		if (n < 0)
			return n;
		*n_extents += n;
		if (!is_last)
			interrupt_poll(NULL, 0, clock_monotonic_s() - start_s);
		if (interrupted)
			return -ECANCELED;
	}
	return 0;
}

/* Old files, and those of ext3, have lists of blocks instead of extents. */
static bool has_extents(int fd)
{
	long flags = 0;

	return !ioctl(fd, FS_IOC_GETFLAGS, &flags) && flags & FS_EXTENT_FL;
}

int extent_precache(int fd, struct extent_precached *precached)
{
	const struct extent_cache_before before = extent_cache_look(fd);
	double start_s = clock_monotonic_s();
	struct fiemap *map;
	int err;

	*precached = (struct extent_precached){0};
	if (!before.has_cache || !has_extents(fd))
		return -EOPNOTSUPP;
	map = malloc(sizeof(*map) +
		     EXTENT_PRECACHE_PER_LEAF * sizeof(struct fiemap_extent));
	if (!map)
		return -ENOMEM;
	err = load_all(fd, map, &precached->n_extents);
	free(map);
	if (err)
		return err;
	if (precached->n_extents <= EXTENT_PRECACHE_IN_INODE)
		precached->outcome = EXTENT_PRECACHE_NOTHING;
	else if (before.was_precached)
		precached->outcome = EXTENT_PRECACHE_BEFORE;
	if (precached->outcome != EXTENT_PRECACHE_NOTHING &&
	    ioctl(fd, EXT4_IOC_PRECACHE_EXTENTS))
		err = -errno;
	precached->seconds = clock_monotonic_s() - start_s;
	return err;
}

/* A lease for writing is given only to the one who alone has the file open. */
static bool is_open_elsewhere(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_WRLCK))
		return true;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

int extent_clear(int fd, __u64 n_entries, struct extent_cleared *cleared)
{
	const struct extent_cache_before before = extent_cache_look(fd);
	double start_s;
	int err;

	*cleared = (struct extent_cleared){.n_entries = n_entries};
	if (!before.has_cache)
		return -EOPNOTSUPP;
	err = n_entries ? 0 : extent_cache_count(fd, &cleared->n_entries);
	if (err)
		return err;
	if (cleared->n_entries > EXTENT_CACHE_MAX_CLEAR &&
	    is_open_elsewhere(fd))
		return -EBUSY;
	start_s = clock_monotonic_s();
	err = extent_cache_drop(fd);
	if (!err)
		cleared->seconds = clock_monotonic_s() - start_s;
	return err;
}
