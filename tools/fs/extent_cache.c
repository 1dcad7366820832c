// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ext4 keeps an entry in memory for each extent that FIEMAP passes, and also
 * for each hole. The kernel frees such entries only when memory is short, so
 * who asks must not leave them behind. EXT4_IOC_CLEAR_ES_CACHE removes all
 * entries of the file, also those that others have loaded. What these lose is
 * little: the blocks that the entries come from have just been read, and are in
 * the cache of the block device.
 *
 * Two kinds of files keep their entries:
 *
 *   - Somebody wants all entries in memory (EXT4_IOC_PRECACHE_EXTENTS). Then
 *     FIEMAP has added nothing, and clearing would undo that wish.
 *   - It has more than EXTENT_CACHE_MAX_CLEAR entries.
 */
#include "fs/extent_cache.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <linux/fiemap.h>
#include <linux/magic.h>

/* fs/ext4/ext4.h; no header for user space has them */
#define EXT4_IOC_CLEAR_ES_CACHE	  _IO('f', 40)
#define EXT4_IOC_GETSTATE	  _IOW('f', 41, __u32)
#define EXT4_IOC_GET_ES_CACHE	  _IOWR('f', 42, struct fiemap)
#define EXT4_STATE_FLAG_PRECACHED 1U

struct extent_cache_before extent_cache_look(int fd)
{
	struct extent_cache_before before = {0};
	struct statfs fs;
	__u32 state = 0;

	before.has_cache = !fstatfs(fd, &fs) && fs.f_type == EXT4_SUPER_MAGIC;
	if (before.has_cache)
		ioctl(fd, EXT4_IOC_GETSTATE, &state);
	before.was_precached = state & EXT4_STATE_FLAG_PRECACHED;
	return before;
}

int extent_cache_count(int fd, __u64 *n)
{
	struct fiemap map = {.fm_length = FIEMAP_MAX_OFFSET};

	if (ioctl(fd, EXT4_IOC_GET_ES_CACHE, &map))
		return errno == ENOTTY ? -EOPNOTSUPP : -errno;
	*n = map.fm_mapped_extents;
	return 0;
}

int extent_cache_drop(int fd)
{
	return ioctl(fd, EXT4_IOC_CLEAR_ES_CACHE) ? -errno : 0;
}

enum extent_cache extent_cache_clear(int fd, struct extent_cache_before before)
{
	__u64 n = 0;

	if (!before.has_cache)
		return EXTENT_CACHE_NONE;
	if (before.was_precached)
		return EXTENT_CACHE_PRECACHED;
	if (!extent_cache_count(fd, &n) && n > EXTENT_CACHE_MAX_CLEAR)
		return EXTENT_CACHE_TOO_MANY;
	return extent_cache_drop(fd) ? EXTENT_CACHE_FAILED
				     : EXTENT_CACHE_CLEARED;
}
