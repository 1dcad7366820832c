// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/measure.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"

#define SHORT_BYTES  4096ULL
#define LONG_BYTES   (1ULL << 20)
#define TIMES_AS_BAD 2.0

/* How many reads of that length can begin in the extent: at each multiple of
 * SHORT_BYTES, the first of which is *first.
 */
static __u64 slots_in(const struct tier_extent *extent, __u64 bytes,
		      __u64 *first)
{
	__u64 end = extent->start + extent->bytes;

	*first = (extent->start + SHORT_BYTES - 1) / SHORT_BYTES * SHORT_BYTES;
	if (end < *first + bytes)
		return 0;
	return (end - *first - bytes) / SHORT_BYTES + 1;
}

static __u64 slots_of(const struct tiers *tiers, unsigned int tier, __u64 bytes)
{
	__u64 sum = 0, first;

	for (size_t i = 0; i < tiers->n_extents; i++)
		if (tiers->extents[i].tier == tier)
			sum += slots_in(&tiers->extents[i], bytes, &first);
	return sum;
}

/* Where the read at the slot begins; there are more slots than that. */
static __u64 place_of(const struct tiers *tiers, unsigned int tier, __u64 bytes,
		      __u64 slot)
{
	__u64 first = 0;

	for (size_t i = 0; i < tiers->n_extents; i++) {
		__u64 n;

		if (tiers->extents[i].tier != tier)
			continue;
		n = slots_in(&tiers->extents[i], bytes, &first);
		if (slot < n)
			break;
		slot -= n;
	}
	return first + slot * SHORT_BYTES;
}

/* A read somewhere; 0 seconds: the tier has no room for one. Multiples of the
 * golden ratio are spread evenly, however many there are, and no two follow
 * each other on the disk.
 */
static int read_one(int fd, const struct tiers *tiers, unsigned int tier,
		    void *buffer, __u64 bytes, unsigned int i, double *seconds)
{
	double part = (i + 1) * 0.6180339887498949, began_s;
	__u64 n = slots_of(tiers, tier, bytes), place;
	ssize_t got;

	if (!n) {
		*seconds = 0;
		return 0;
	}
	part -= (long)part;
	place = place_of(tiers, tier, bytes, part * n);
	began_s = clock_monotonic_s();
	got = pread(fd, buffer, bytes, place);
	if (got != (ssize_t)bytes)
		return got < 0 ? -errno : -EIO;
	*seconds = clock_monotonic_s() - began_s;
	return 0;
}

static int compare(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

/* Reads n times from each tier that has room for that, in turn, until the time
 * is over. Sets the medians; 0: there is no room.
 */
static int read_in_turn(int fd, const struct tiers *tiers, void *buffer,
			__u64 bytes, unsigned int n, double end_s,
			double medians[TIER_MAX])
{
	static double seconds[TIER_MAX][MEASURE_READS];
	unsigned int i = 0;
	int err = 0;

	for (; i < n && (!i || clock_monotonic_s() < end_s); i++)
		for (unsigned int tier = 0; tier < tiers->n && !err; tier++)
			err = read_one(fd, tiers, tier, buffer, bytes, i,
				       &seconds[tier][i]);
	for (unsigned int tier = 0; tier < tiers->n; tier++) {
		qsort(seconds[tier], i, sizeof(seconds[tier][0]), compare);
		medians[tier] = seconds[tier][i / 2];
	}
	return err;
}

int measure_tiers(int fd, const struct tiers *tiers, struct measure *measures)
{
	double began_s = clock_monotonic_s(), time_s = tiers->n * MEASURE_MAX_S;
	double short_s[TIER_MAX] = {0}, long_s[TIER_MAX] = {0};
	void *buffer = aligned_alloc(SHORT_BYTES, LONG_BYTES);
	int err = buffer ? 0 : -ENOMEM;

	if (!err)
		err = read_in_turn(fd, tiers, buffer, SHORT_BYTES,
				   MEASURE_READS, began_s + time_s / 2,
				   short_s);
	if (!err)
		err = read_in_turn(fd, tiers, buffer, LONG_BYTES,
				   MEASURE_LONG_READS, began_s + time_s,
				   long_s);
	for (unsigned int i = 0; i < tiers->n && !err; i++) {
		measures[i] = (struct measure){.read_s = short_s[i]};
		if (!short_s[i])
			err = -ENODATA;
		if (long_s[i])
			measures[i].bytes_per_s = LONG_BYTES / long_s[i];
	}
	free(buffer);
	return err;
}

/* What a short and a long read take; without the long one if any tier has none.
 */
static double time_of(const struct measure *measure, bool has_long)
{
	double long_s = has_long ? LONG_BYTES / measure->bytes_per_s : 0;

	return measure->read_s + long_s;
}

void measure_classes(const struct measure *measures, unsigned int n,
		     enum tier_class *classes)
{
	bool has_long = true;
	double best_s;

	for (unsigned int i = 0; i < n; i++)
		has_long = has_long && measures[i].bytes_per_s > 0;
	best_s = time_of(&measures[0], has_long);
	for (unsigned int i = 1; i < n; i++)
		if (time_of(&measures[i], has_long) < best_s)
			best_s = time_of(&measures[i], has_long);
	for (unsigned int i = 0; i < n; i++)
		classes[i] =
			time_of(&measures[i], has_long) >= TIMES_AS_BAD * best_s
				? TIER_SLOW
				: TIER_FAST;
}
