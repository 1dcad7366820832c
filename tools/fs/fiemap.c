// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/fiemap.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>

/* Extents per call. A call takes the inode's lock for reading. */
#define BATCH 512

/* While somebody writes the file, pages get dirty between the kernel's writing
 * of dirty pages and its answer. So ask again.
 */
#define MAX_DELAYED_TRIES 8

#define NO_PLACE                                                               \
	(FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_ENCODED |                       \
	 FIEMAP_EXTENT_NOT_ALIGNED | FIEMAP_EXTENT_DATA_INLINE)

static bool continues(const struct file_extent *last,
		      const struct file_extent *next)
{
	return last->logical + last->bytes == next->logical &&
	       last->physical + last->bytes == next->physical &&
	       last->unwritten == next->unwritten;
}

int file_extents_add(struct file_extents *extents,
		     const struct file_extent *extent)
{
	size_t n = extents->n;

	if (n && continues(&extents->extents[n - 1], extent)) {
		extents->extents[n - 1].bytes += extent->bytes;
		return 0;
	}
	if (!(n & (n - 1))) { /* full: the capacity is a power of 2 */
		void *grown = reallocarray(extents->extents, n ? 2 * n : 1,
					   sizeof(*extent));

		if (!grown)
			return -ENOMEM;
		extents->extents = grown;
	}
	extents->extents[extents->n++] = *extent;
	return 0;
}

/* Adds the extents of one answer. 1: the last extent of the file was among
 * them; 0: there may be more; or -errno. Sets *next to where the next call
 * begins: at an extent that has no blocks yet, too, unless it is left out.
 */
static int take(const struct fiemap *map, bool placed_only,
		struct file_extents *extents, __u64 *next)
{
	for (__u32 i = 0; i < map->fm_mapped_extents; i++) {
		const struct fiemap_extent *from = &map->fm_extents[i];
		struct file_extent extent = {
			.logical = from->fe_logical,
			.physical = from->fe_physical,
			.bytes = from->fe_length,
			.unwritten = from->fe_flags & FIEMAP_EXTENT_UNWRITTEN,
		};
		bool is_delayed = from->fe_flags & FIEMAP_EXTENT_DELALLOC;
		bool has_no_place = from->fe_flags & NO_PLACE;
		bool leave_out = placed_only && (is_delayed || has_no_place);
		int err;

		if (is_delayed && !placed_only)
			return 0;
		if (has_no_place && !placed_only)
			return -EOPNOTSUPP;
		err = leave_out ? 0 : file_extents_add(extents, &extent);
		if (err)
			return err;
		*next = from->fe_logical + from->fe_length;
		if (from->fe_flags & FIEMAP_EXTENT_LAST)
			return 1;
	}
	return !map->fm_mapped_extents;
}

static int read_batches(int fd, __u64 start, __u64 end, bool placed_only,
			struct fiemap *map, struct file_extents *extents)
{
	int done = 0, delayed = 0;

	while (!done && start < end) {
		__u64 from = start;

		*map = (struct fiemap){
			.fm_start = start,
			.fm_length = end - start,
			.fm_flags = placed_only ? 0 : FIEMAP_FLAG_SYNC,
			.fm_extent_count = BATCH,
		};
		if (ioctl(fd, FS_IOC_FIEMAP, map))
			return errno == ENOTTY ? -EOPNOTSUPP : -errno;
		done = take(map, placed_only, extents, &start);
		delayed = start == from ? delayed + 1 : 0;
		if (!done && delayed == MAX_DELAYED_TRIES)
			return -EOPNOTSUPP;
	}
	return done < 0 ? done : 0;
}

static int read_extents(int fd, __u64 start, __u64 end, bool placed_only,
			struct file_extents *extents)
{
	struct fiemap *map =
		malloc(sizeof(*map) + BATCH * sizeof(map->fm_extents[0]));
	int err = map ? 0 : -ENOMEM;

	*extents = (struct file_extents){0};
	if (map)
		err = read_batches(fd, start, end, placed_only, map, extents);
	free(map);
	if (err)
		file_extents_free(extents);
	return err;
}

int file_extents_read(int fd, __u64 start, __u64 end,
		      struct file_extents *extents)
{
	return read_extents(fd, start, end, false, extents);
}

int file_extents_peek(int fd, __u64 start, __u64 end,
		      struct file_extents *extents)
{
	return read_extents(fd, start, end, true, extents);
}

void file_extents_free(struct file_extents *extents)
{
	free(extents->extents);
	*extents = (struct file_extents){0};
}

__u64 file_extents_bytes(const struct file_extents *extents)
{
	__u64 bytes = 0;

	for (size_t i = 0; i < extents->n; i++)
		bytes += extents->extents[i].bytes;
	return bytes;
}
