// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/extent_count.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/fs.h>

#define EXTENTS_AT_ONCE 512

#define NO_PLACE                                                               \
	(FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC |                      \
	 FIEMAP_EXTENT_DATA_INLINE)

void extent_count_add(struct extent_count *count,
		      const struct fiemap_extent *extent,
		      const struct tiers *tiers)
{
	__u64 bytes = extent->fe_length;
	bool has_place = !(extent->fe_flags & NO_PLACE);
	bool continues = has_place && count->piece_bytes &&
			 extent->fe_logical == count->next_logical &&
			 extent->fe_physical == count->next_physical;

	count->n_extents++;
	count->mapped_bytes += bytes;
	if (extent->fe_flags & FIEMAP_EXTENT_UNWRITTEN)
		count->unwritten_bytes += bytes;
	if (extent->fe_flags & FIEMAP_EXTENT_SHARED)
		count->shared_bytes += bytes;
	if (extent->fe_flags & FIEMAP_EXTENT_ENCODED)
		count->encoded_bytes += bytes;
	count->end = extent->fe_logical + bytes;
	if (!has_place) {
		count->unplaced_bytes += bytes;
		count->piece_bytes = 0;
		return;
	}
	count->n_pieces += !continues;
	count->piece_bytes = continues ? count->piece_bytes + bytes : bytes;
	if (count->piece_bytes > count->largest_bytes)
		count->largest_bytes = count->piece_bytes;
	count->next_logical = extent->fe_logical + bytes;
	count->next_physical = extent->fe_physical + bytes;
	tiers_add_bytes(tiers, extent->fe_physical, extent->fe_physical + bytes,
			count->tier_bytes);
}

static int count_all(int fd, const struct tiers *tiers, struct fiemap *map,
		     struct extent_count *count)
{
	bool is_last = false;

	while (!is_last) {
		if (__atomic_load_n(&count->stop, __ATOMIC_RELAXED))
			return -ECANCELED;
		memset(map, 0, sizeof(*map));
		map->fm_start = count->end;
		map->fm_length = FIEMAP_MAX_OFFSET - map->fm_start;
		map->fm_extent_count = EXTENTS_AT_ONCE;
		if (ioctl(fd, FS_IOC_FIEMAP, map))
			return errno == ENOTTY ? -EOPNOTSUPP : -errno;
		is_last = !map->fm_mapped_extents;
		for (__u32 i = 0; i < map->fm_mapped_extents; i++) {
			const struct fiemap_extent *extent =
				&map->fm_extents[i];

			/* the file may change while it is read */
			if (extent->fe_logical + extent->fe_length <=
			    count->end)
				return -EAGAIN;
			extent_count_add(count, extent, tiers);
			is_last |= extent->fe_flags & FIEMAP_EXTENT_LAST;
		}
	}
	return 0;
}

int extent_count_file(int fd, const struct tiers *tiers,
		      struct extent_count *count)
{
	struct fiemap *map = malloc(
		sizeof(*map) + EXTENTS_AT_ONCE * sizeof(struct fiemap_extent));
	const struct extent_cache_before before = extent_cache_look(fd);
	int err;

	if (!map)
		return -ENOMEM;
	err = count_all(fd, tiers, map, count);
	free(map);
	count->cache = extent_cache_clear(fd, before);
	count->is_complete = !err;
	return err;
}
