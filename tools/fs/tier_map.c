// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/tier_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "fs/mount.h"

#define MAX_SECTORS (~0ULL >> TIER_SECTOR_SHIFT)

void tier_map_free(struct tier_map *map)
{
	free(map->pieces);
	*map = (struct tier_map){0};
}

static __u64 end_of(const struct tier_piece *piece)
{
	return piece->start + piece->bytes;
}

int tier_map_add(struct tier_map *map, const struct tier_piece *piece)
{
	struct tier_piece *last = map->n ? &map->pieces[map->n - 1] : NULL;
	struct tier_piece *more;

	if (!piece->bytes || piece->bytes > ~0ULL - piece->start ||
	    piece->bytes > ~0ULL - piece->dev_start)
		return -EINVAL;
	if (last && piece->start < end_of(last))
		return -EINVAL;
	if (last && piece->start == end_of(last) && piece->dev == last->dev &&
	    piece->dev_start == last->dev_start + last->bytes) {
		last->bytes += piece->bytes;
		return 0;
	}
	more = reallocarray(map->pieces, map->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	map->pieces = more;
	more[map->n++] = *piece;
	return 0;
}

/* Parses "MAJOR:MINOR SECTOR", the parameters of dm-linear. */
static int parse_linear(const char *params, __u32 *dev, __u64 *sector)
{
	size_t len = strcspn(params, " ");
	char text[FMT_LEN];

	if (len >= sizeof(text) || !params[len])
		return -EINVAL;
	memcpy(text, params, len);
	text[len] = '\0';
	if (!mount_parse_dev(text, dev))
		return -EINVAL;
	return fmt_parse_u64(params + len + 1, MAX_SECTORS, sector) ? -EINVAL
								    : 0;
}

int tier_map_add_target(struct tier_map *map, __u32 dev, __u64 start_sectors,
			__u64 n_sectors, const char *type, const char *params)
{
	struct tier_piece piece = {.dev = dev};
	__u64 dev_sector = start_sectors;

	if (start_sectors > MAX_SECTORS || n_sectors > MAX_SECTORS)
		return -EINVAL;
	if (!strcmp(type, "linear") &&
	    parse_linear(params, &piece.dev, &dev_sector))
		return -EINVAL;
	piece.start = start_sectors << TIER_SECTOR_SHIFT;
	piece.bytes = n_sectors << TIER_SECTOR_SHIFT;
	piece.dev_start = dev_sector << TIER_SECTOR_SHIFT;
	return tier_map_add(map, &piece);
}

int tier_map_add_below(struct tier_map *map, const struct tier_piece *piece,
		       const struct tier_map *of_dev)
{
	__u64 from = piece->dev_start, to = from + piece->bytes;
	int err = 0;

	for (size_t i = 0; !err && i < of_dev->n; i++) {
		const struct tier_piece *below = &of_dev->pieces[i];
		__u64 first = from > below->start ? from : below->start;
		__u64 end = to < end_of(below) ? to : end_of(below);

		if (first >= end)
			continue;
		err = tier_map_add(
			map, &(struct tier_piece){
				     .start = piece->start + (first - from),
				     .bytes = end - first,
				     .dev = below->dev,
				     .dev_start = below->dev_start +
						  (first - below->start),
			     });
	}
	return err;
}
