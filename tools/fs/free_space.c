// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/free_space.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/fsmap.h>

/* Records per call. */
#define BATCH 1024

static int add(struct free_space *space, __u64 start, __u64 end)
{
	size_t n = space->n;

	if (n && space->ranges[n - 1].end == start) {
		space->ranges[n - 1].end = end;
		return 0;
	}
	if (!(n & (n - 1))) { /* full: the capacity is a power of 2 */
		void *grown = reallocarray(space->ranges, n ? 2 * n : 1,
					   sizeof(*space->ranges));

		if (!grown)
			return -ENOMEM;
		space->ranges = grown;
	}
	space->ranges[space->n++] = (struct free_range){start, end};
	return 0;
}

/* Adds the free ranges of one answer. */
static int take(const struct fsmap_head *head, __u64 start, __u64 end,
		struct free_space *space)
{
	int err = 0;

	for (__u32 i = 0; !err && i < head->fmh_entries; i++) {
		const struct fsmap *record = &head->fmh_recs[i];
		__u64 first = record->fmr_physical;
		__u64 last = first + record->fmr_length;

		if (!(record->fmr_flags & FMR_OF_SPECIAL_OWNER) ||
		    record->fmr_owner != FMR_OWN_FREE)
			continue;
		first = first < start ? start : first;
		last = last > end ? end : last;
		if (first < last)
			err = add(space, first, last);
	}
	return err;
}

static int read_batches(int fd, __u64 start, __u64 end, struct fsmap_head *head,
			struct free_space *space)
{
	struct stat stat;
	int err = 0;

	if (fstat(fd, &stat))
		return -errno;
	*head = (struct fsmap_head){
		.fmh_count = BATCH,
		/* The device must be named, or the kernel begins at 0. */
		.fmh_keys = {{.fmr_device = stat.st_dev, .fmr_physical = start},
			     {.fmr_device = stat.st_dev,
			      .fmr_physical = end - 1,
			      .fmr_flags = ~0U,
			      .fmr_owner = ~0ULL,
			      .fmr_offset = ~0ULL}},
	};
	while (!err) {
		if (ioctl(fd, FS_IOC_GETFSMAP, head))
			return errno == ENOTTY ? -EOPNOTSUPP : -errno;
		err = take(head, start, end, space);
		if (!head->fmh_entries ||
		    head->fmh_recs[head->fmh_entries - 1].fmr_flags &
			    FMR_OF_LAST)
			break;
		fsmap_advance(head);
	}
	return err;
}

int free_space_read(int fd, __u64 start, __u64 end, struct free_space *space)
{
	struct fsmap_head *head = malloc(fsmap_sizeof(BATCH));
	int err = head ? 0 : -ENOMEM;

	*space = (struct free_space){0};
	if (!err && start < end)
		err = read_batches(fd, start, end, head, space);
	free(head);
	if (err)
		free_space_free(space);
	return err;
}

void free_space_free(struct free_space *space)
{
	free(space->ranges);
	*space = (struct free_space){0};
}

__u64 free_space_in(const struct free_space *space, __u64 start, __u64 end)
{
	__u64 bytes = 0;

	for (size_t i = 0; i < space->n; i++) {
		const struct free_range *range = &space->ranges[i];
		__u64 first = range->start > start ? range->start : start;
		__u64 last = range->end < end ? range->end : end;

		if (first < last)
			bytes += last - first;
	}
	return bytes;
}
