// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/tier_part.h"

static __u64 end_of(const struct file_extent *extent)
{
	return extent->logical + extent->bytes;
}

struct tier_part tier_part_in(const struct tiers *tiers,
			      const struct file_extents *extents, size_t *from,
			      __u64 start, __u64 end)
{
	struct tier_part part = {0};

	while (*from < extents->n && end_of(&extents->extents[*from]) <= start)
		++*from;
	for (size_t i = *from;
	     i < extents->n && extents->extents[i].logical < end; i++) {
		const struct file_extent *extent = &extents->extents[i];
		__u64 a = extent->logical > start ? extent->logical : start;
		__u64 b = end_of(extent) < end ? end_of(extent) : end;
		__u64 bytes[TIER_MAX] = {0};

		tiers_add_bytes(tiers, extent->physical + (a - extent->logical),
				extent->physical + (b - extent->logical),
				bytes);
		for (unsigned int k = 0; k < tiers->n; k++) {
			if (tiers->tiers[k].class == TIER_FAST)
				part.fast += bytes[k];
			else if (tiers->tiers[k].class == TIER_SLOW)
				part.slow += bytes[k];
		}
	}
	return part;
}
