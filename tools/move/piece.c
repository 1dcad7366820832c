// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/piece.h"

/* FIEMAP returns extents whole, and they may go on at the ends. */
static void crop(struct file_extents *extents, __u64 start, __u64 end)
{
	for (size_t i = 0; i < extents->n; i++) {
		struct file_extent *extent = &extents->extents[i];

		if (extent->logical < start) {
			__u64 before = start - extent->logical;

			extent->logical += before;
			extent->physical += before;
			extent->bytes -= before;
		}
		if (extent->logical + extent->bytes > end)
			extent->bytes = end - extent->logical;
	}
}

int piece_read(int fd, __u64 start, __u64 bytes, struct file_extents *extents)
{
	int err = file_extents_read(fd, start, start + bytes, extents);

	if (!err)
		crop(extents, start, start + bytes);
	return err;
}

int piece_peek(int fd, __u64 start, __u64 bytes, struct file_extents *extents)
{
	int err = file_extents_peek(fd, start, start + bytes, extents);

	if (!err)
		crop(extents, start, start + bytes);
	return err;
}

static __u64 end_of(const struct file_extent *extent)
{
	return extent->logical + extent->bytes;
}

bool piece_place_at(const struct file_extents *extents, __u64 offset,
		    __u64 *place, __u64 *until)
{
	size_t low = 0, high = extents->n; /* the first that ends beyond it */
	const struct file_extent *extent;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (end_of(&extents->extents[middle]) <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == extents->n)
		return false;
	extent = &extents->extents[low];
	if (extent->logical > offset) {
		if (*until > extent->logical)
			*until = extent->logical;
		return false;
	}
	if (*until > end_of(extent))
		*until = end_of(extent);
	*place = extent->physical + offset - extent->logical;
	return true;
}

int piece_different(const struct file_extents *now,
		    const struct file_extents *then, __u64 start, __u64 end,
		    struct file_extents *parts)
{
	__u64 until, now_place, then_place;
	int err = 0;

	for (__u64 offset = start; offset < end && !err; offset = until) {
		until = end;
		if (piece_place_at(now, offset, &now_place, &until) &&
		    piece_place_at(then, offset, &then_place, &until) &&
		    now_place != then_place) {
			const struct file_extent part = {
				.logical = offset,
				.physical = then_place,
				.bytes = until - offset,
			};

			err = file_extents_add(parts, &part);
		}
	}
	return err;
}

static __u64 overlap(const struct file_extent *a, const struct file_extent *b)
{
	__u64 start = a->logical > b->logical ? a->logical : b->logical;
	__u64 end = end_of(a) < end_of(b) ? end_of(a) : end_of(b);

	if (start >= end ||
	    a->physical - a->logical != b->physical - b->logical)
		return 0;
	return end - start;
}

__u64 piece_common(const struct file_extents *a, const struct file_extents *b)
{
	size_t i = 0, j = 0;
	__u64 bytes = 0;

	while (i < a->n && j < b->n) {
		bytes += overlap(&a->extents[i], &b->extents[j]);
		if (end_of(&a->extents[i]) < end_of(&b->extents[j]))
			i++;
		else
			j++;
	}
	return bytes;
}

enum piece_place piece_compare(const struct file_extents *now,
			       const struct file_extents *old_place,
			       const struct file_extents *new_place)
{
	__u64 whole = file_extents_bytes(old_place);
	__u64 at_old = piece_common(now, old_place);
	__u64 at_new = piece_common(now, new_place);
	__u64 stays = piece_common(old_place, new_place);

	if (at_new == whole)
		return PIECE_MOVED;
	if (at_old == whole)
		return PIECE_NOT_MOVED;
	return at_old + at_new == whole + stays ? PIECE_PARTLY
						: PIECE_ELSEWHERE;
}
