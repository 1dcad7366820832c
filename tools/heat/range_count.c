// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A search begins at the file's home place and goes on to a free place. So when
 * a file is removed, files behind it must move up. Example: A and B have home
 * 3, C has home 4, and A is removed.
 *
 *   place       3  4  5  6
 *   before      A  B  C
 *   after       B  C
 *
 * If B stayed at 4, a search for it would end at the free place 3.
 */
#include "heat/range_count.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#define FEWEST_PLACES 64

static __u32 next(const struct range_count *count, __u32 place)
{
	return (place + 1) & (count->n_places - 1);
}

static __u32 home(const struct range_count *count, __u64 file)
{
	return (file >> 32) & (count->n_places - 1);
}

/* The place that has the file, or the free one where it belongs. */
static __u32 find(const struct range_count *count, __u64 file)
{
	__u32 place = home(count, file);

	while (count->files[place] && count->files[place] != file)
		place = next(count, place);
	return place;
}

static void put(struct range_count *count, __u64 file, __u32 n)
{
	__u32 place = find(count, file);

	count->n_files += !count->files[place];
	count->files[place] = file;
	count->counts[place] += n;
}

static int grow(struct range_count *count)
{
	__u32 n_places = count->n_places ? 2 * count->n_places : FEWEST_PLACES;
	struct range_count grown = {
		.files = calloc(n_places, sizeof(*grown.files)),
		.counts = calloc(n_places, sizeof(*grown.counts)),
		.n_places = n_places,
	};

	if (!grown.files || !grown.counts) {
		range_count_free(&grown);
		return -ENOMEM;
	}
	for (__u32 place = 0; place < count->n_places; place++)
		if (count->files[place])
			put(&grown, count->files[place], count->counts[place]);
	range_count_free(count);
	*count = grown;
	return 0;
}

int range_count_add(struct range_count *count, __u64 file)
{
	int err = 0;

	if (count->n_files >= count->n_places / 4 * 3)
		err = grow(count);
	if (!err)
		put(count, file, 1);
	return err;
}

/* Whether home <= place < at, in a circle: a search that begins at home comes
 * by place before it reaches at.
 */
static bool is_between(__u32 home, __u32 place, __u32 at)
{
	return home <= at ? home <= place && place < at
			  : home <= place || place < at;
}

/* Files in the places behind move up into the gap, so that no search ends at a
 * gap before it reaches its file (Knuth, The Art of Computer Programming, 6.4,
 * algorithm R).
 */
static void empty(struct range_count *count, __u32 gap)
{
	count->n_files--;
	for (__u32 at = next(count, gap); count->files[at];
	     at = next(count, at)) {
		if (!is_between(home(count, count->files[at]), gap, at))
			continue;
		count->files[gap] = count->files[at];
		count->counts[gap] = count->counts[at];
		gap = at;
	}
	count->files[gap] = 0;
	count->counts[gap] = 0;
}

void range_count_drop(struct range_count *count, __u64 file)
{
	__u32 place = find(count, file);

	if (count->counts[place] && !--count->counts[place])
		empty(count, place);
}

__u32 range_count_of(const struct range_count *count, __u64 file)
{
	return count->n_places ? count->counts[find(count, file)] : 0;
}

void range_count_free(struct range_count *count)
{
	free(count->files);
	free(count->counts);
	*count = (struct range_count){0};
}
