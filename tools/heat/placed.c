// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/placed.h"

#include <errno.h>
#include <stdlib.h>

#include "bpf/hot.h"

/* Bytes that [start, end) and [from, to) have in common. */
static __u64 common(__u64 start, __u64 end, __u64 from, __u64 to)
{
	__u64 first = start > from ? start : from;
	__u64 last = end < to ? end : to;

	return first < last ? last - first : 0;
}

static int add(struct heat_pieces *pieces, const struct heat_piece *piece)
{
	size_t n = pieces->n;

	if (!(n & (n - 1))) { /* full: the capacity is a power of 2 */
		void *grown = reallocarray(pieces->pieces, n ? 2 * n : 1,
					   sizeof(*piece));

		if (!grown)
			return -ENOMEM;
		pieces->pieces = grown;
	}
	pieces->pieces[pieces->n++] = *piece;
	return 0;
}

/* The bytes of [start, end) that the extent has written. */
static __u64 written(const struct file_extent *extent, __u64 start, __u64 end)
{
	return extent->unwritten ? 0
				 : common(start, end, extent->logical,
					  extent->logical + extent->bytes);
}

/* extents: n, of which the first and the last may go beyond the range. */
static int add_range(struct heat_pieces *pieces, const struct heat_range *range,
		     const struct file_extent *extents, size_t n)
{
	__u64 start = (__u64)range->range << FRSP_HOT_RANGE_SHIFT;
	__u64 end = start + (1ULL << FRSP_HOT_RANGE_SHIFT), bytes = 0;
	int err = 0;

	for (size_t i = 0; i < n; i++)
		bytes += written(&extents[i], start, end);
	for (size_t i = 0; i < n && !err; i++) {
		const struct file_extent *extent = &extents[i];
		__u64 from = extent->logical > start ? extent->logical : start;
		struct heat_piece piece = {
			.ino = range->ino,
			.gen = range->gen,
			.logical = from,
			.physical = extent->physical + (from - extent->logical),
			.bytes = written(extent, start, end),
		};

		if (!piece.bytes)
			continue;
		piece.heat = range->heat * piece.bytes / bytes;
		err = add(pieces, &piece);
	}
	return err;
}

int heat_pieces_add(struct heat_pieces *pieces, const struct heat_range *ranges,
		    size_t n, const struct file_extents *extents)
{
	const struct file_extent *extent = extents->extents;
	const struct file_extent *after = extent + extents->n, *to;
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		__u64 start = (__u64)ranges[i].range << FRSP_HOT_RANGE_SHIFT;
		__u64 end = start + (1ULL << FRSP_HOT_RANGE_SHIFT);

		while (extent < after &&
		       extent->logical + extent->bytes <= start)
			extent++;
		for (to = extent; to < after && to->logical < end; to++)
			;
		err = add_range(pieces, &ranges[i], extent, to - extent);
	}
	return err;
}

void heat_pieces_free(struct heat_pieces *pieces)
{
	free(pieces->pieces);
	*pieces = (struct heat_pieces){0};
}

double heat_pieces_sum(const struct heat_pieces *pieces)
{
	double sum = 0;

	for (size_t i = 0; i < pieces->n; i++)
		sum += pieces->pieces[i].heat;
	return sum;
}

void heat_by_tier(const struct heat_pieces *pieces, const struct tiers *tiers,
		  double heat[TIER_MAX])
{
	for (unsigned int tier = 0; tier < TIER_MAX; tier++)
		heat[tier] = 0;
	for (size_t i = 0; i < pieces->n; i++) {
		const struct heat_piece *piece = &pieces->pieces[i];
		__u64 bytes[TIER_MAX] = {0};

		tiers_add_bytes(tiers, piece->physical,
				piece->physical + piece->bytes, bytes);
		for (unsigned int tier = 0; tier < TIER_MAX; tier++)
			heat[tier] += piece->heat * bytes[tier] / piece->bytes;
	}
}
