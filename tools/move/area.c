// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/area.h"

#include <errno.h>
#include <stdlib.h>

int area_make(const struct tiers *tiers, __u64 in, __u32 block_bytes,
	      struct area *area)
{
	size_t n = 0;

	*area = (struct area){0};
	area->ranges = calloc(tiers->n_extents + 1, sizeof(*area->ranges));
	if (!area->ranges)
		return -ENOMEM;
	for (size_t i = 0; i < tiers->n_extents; i++) {
		const struct tier_extent *extent = &tiers->extents[i];

		if (!(in >> extent->tier & 1))
			continue;
		if (n && area->ranges[n - 1].end == extent->start)
			area->ranges[n - 1].end += extent->bytes;
		else
			area->ranges[n++] = (struct area_range){
				extent->start, extent->start + extent->bytes};
	}
	for (size_t i = 0; i < n; i++) {
		struct area_range range = area->ranges[i];

		range.start += block_bytes - 1;
		range.start -= range.start % block_bytes;
		range.end -= range.end % block_bytes;
		if (range.start < range.end)
			area->ranges[area->n++] = range;
	}
	return 0;
}

void area_free(struct area *area)
{
	free(area->ranges);
	*area = (struct area){0};
}

/* The index of the first range that ends behind at. */
static size_t first_behind(const struct area *area, __u64 at)
{
	size_t low = 0, high = area->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (area->ranges[middle].end > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool area_at(const struct area *area, __u64 start, __u64 end, __u64 *until)
{
	size_t i = first_behind(area, start);
	bool is_in = i < area->n && area->ranges[i].start <= start;

	*until = end;
	if (i < area->n) {
		__u64 change =
			is_in ? area->ranges[i].end : area->ranges[i].start;

		if (change < end)
			*until = change;
	}
	return is_in;
}

bool area_has(const struct area *area, __u64 start, __u64 end)
{
	__u64 until;

	return area_at(area, start, end, &until) && until == end;
}
