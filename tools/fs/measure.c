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

/* A read somewhere. Multiples of the golden ratio are spread evenly, however
 * many there are, and no two follow each other on the disk.
 */
static int read_one(int fd, const struct tiers *tiers, unsigned int tier,
		    void *buffer, __u64 bytes, unsigned int i, double *seconds)
{
	double part = (i + 1) * 0.6180339887498949, began_s;
	__u64 n = slots_of(tiers, tier, bytes), place;

	if (!n)
		return -ENODATA;
	part -= (long)part;
	place = place_of(tiers, tier, bytes, part * n);
	began_s = clock_monotonic_s();
	if (pread(fd, buffer, bytes, place) != (ssize_t)bytes)
		return errno ? -errno : -EIO;
	*seconds = clock_monotonic_s() - began_s;
	return 0;
}

static int compare(const void *a, const void *b)
{
	double one = *(const double *)a, other = *(const double *)b;

	return (one > other) - (one < other);
}

/* Reads up to n times, until the time is over. Sets *median. */
static int read_many(int fd, const struct tiers *tiers, unsigned int tier,
		     void *buffer, __u64 bytes, unsigned int n, double end_s,
		     double *median)
{
	double seconds[MEASURE_READS] = {0};
	unsigned int i = 0;
	int err = 0;

	while (i < n && !err && (!i || clock_monotonic_s() < end_s)) {
		errno = 0;
		err = read_one(fd, tiers, tier, buffer, bytes, i, &seconds[i]);
		i += !err;
	}
	if (err)
		return err;
	qsort(seconds, i, sizeof(seconds[0]), compare);
	*median = seconds[i / 2];
	return 0;
}

int measure_tier(int fd, const struct tiers *tiers, unsigned int tier,
		 struct measure *measure)
{
	double began_s = clock_monotonic_s(), long_s;
	void *buffer = aligned_alloc(SHORT_BYTES, LONG_BYTES);
	int err = buffer ? 0 : -ENOMEM;

	*measure = (struct measure){0};
	if (!err)
		err = read_many(fd, tiers, tier, buffer, SHORT_BYTES,
				MEASURE_READS, began_s + MEASURE_MAX_S / 2,
				&measure->read_s);
	if (!err) {
		err = read_many(fd, tiers, tier, buffer, LONG_BYTES,
				MEASURE_LONG_READS, began_s + MEASURE_MAX_S,
				&long_s);
		if (!err && long_s > 0)
			measure->bytes_per_s = LONG_BYTES / long_s;
		if (err == -ENODATA)
			err = 0;
	}
	free(buffer);
	return err;
}

void measure_classes(const struct measure *measures, unsigned int n,
		     enum tier_class *classes)
{
	double best_s = measures[0].read_s, best_rate = 0;

	for (unsigned int i = 0; i < n; i++) {
		if (measures[i].read_s < best_s)
			best_s = measures[i].read_s;
		if (measures[i].bytes_per_s > best_rate)
			best_rate = measures[i].bytes_per_s;
	}
	for (unsigned int i = 0; i < n; i++) {
		const struct measure *measure = &measures[i];
		bool is_slow =
			measure->read_s >= TIMES_AS_BAD * best_s ||
			(measure->bytes_per_s &&
			 measure->bytes_per_s * TIMES_AS_BAD <= best_rate);

		classes[i] = is_slow ? TIER_SLOW : TIER_FAST;
	}
}
