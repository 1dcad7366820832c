// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line has three words that name the device, and then counters: 11, with
 * discards 15 (since 4.18), with flushes 17 (since 5.5). Documentation/
 * admin-guide/iostats.rst describes them. Fields after those known are ignored.
 */
#include "fs/diskstats.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/mount.h"

#define SECTOR_BYTES 512

/* The indices of the counters that are used. */
enum counter {
	READS,
	READ_SECTORS = 2,
	WRITES = 4,
	WRITE_SECTORS = 6,
	IN_FLIGHT = 8,
	BUSY_MS,
	WAITED_MS,
	N_OLDEST, /* what all kernels have */
	DISCARDS = N_OLDEST,
	DISCARD_SECTORS = 13,
	N_COUNTERS = 15,
};

static bool parse_name(const char *line, struct diskstats_device *device,
		       const char **rest)
{
	unsigned int dev_major, dev_minor;
	int end = 0;

	if (sscanf(line, "%u %u %31s%n", &dev_major, &dev_minor, device->name,
		   &end) != 3)
		return false;
	strcpy(device->shown, device->name);
	device->dev = dev_major << KDEV_MINOR_BITS | dev_minor;
	*rest = line + end;
	return true;
}

/* Returns how many numbers the line has, at most N_COUNTERS. */
static size_t parse_counters(const char *text, __u64 counters[N_COUNTERS])
{
	size_t n = 0;

	while (n < N_COUNTERS) {
		char *end;

		text += strspn(text, " ");
		if (!isdigit(*text))
			break;
		errno = 0;
		counters[n] = strtoull(text, &end, 10);
		if (errno)
			break;
		text = end;
		n++;
	}
	return n;
}

static bool parse_line(const char *line, struct diskstats_device *device)
{
	__u64 counters[N_COUNTERS] = {0};
	const char *rest;
	size_t n;

	if (!parse_name(line, device, &rest))
		return false;
	n = parse_counters(rest, counters);
	if (n < N_OLDEST)
		return false;
	device->reads.requests = counters[READS];
	device->reads.bytes = counters[READ_SECTORS] * SECTOR_BYTES;
	device->writes.requests = counters[WRITES];
	device->writes.bytes = counters[WRITE_SECTORS] * SECTOR_BYTES;
	device->in_flight = counters[IN_FLIGHT];
	device->busy_ms = counters[BUSY_MS];
	device->waited_ms = counters[WAITED_MS];
	device->discards.requests = counters[DISCARDS];
	device->discards.bytes = counters[DISCARD_SECTORS] * SECTOR_BYTES;
	return true;
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

int diskstats_parse(const char *text, struct diskstats *stats)
{
	size_t n = count_lines(text);

	*stats = (struct diskstats){
		.devices = calloc(n + 1, sizeof(*stats->devices)),
	};
	if (!stats->devices)
		return -ENOMEM;
	for (; stats->n < n; stats->n++) {
		if (!parse_line(text, &stats->devices[stats->n])) {
			diskstats_free(stats);
			return -EINVAL;
		}
		text = strchr(text, '\n') + 1;
	}
	return 0;
}

/* Only those of device-mapper have another name for people. */
static void name_devices(struct diskstats *stats)
{
	for (size_t i = 0; i < stats->n; i++)
		if (!strncmp(stats->devices[i].name, "dm-", 3))
			mount_name_for_people(stats->devices[i].name,
					      stats->devices[i].shown);
}

int diskstats_read(const char *path, struct diskstats *stats)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	int err;

	*stats = (struct diskstats){0};
	if (!file)
		return -errno;
	/* the file has no NUL, so this reads all of it */
	errno = 0;
	len = getdelim(&text, &size, '\0', file);
	err = len < 0 ? -errno : 0; /* 0 at the end of an empty file */
	fclose(file);
	if (len > 0)
		err = diskstats_parse(text, stats);
	free(text);
	if (!err)
		name_devices(stats);
	return err;
}

void diskstats_free(struct diskstats *stats)
{
	free(stats->devices);
	*stats = (struct diskstats){0};
}

const struct diskstats_device *diskstats_find(const struct diskstats *stats,
					      __u32 dev)
{
	for (size_t i = 0; i < stats->n; i++)
		if (stats->devices[i].dev == dev)
			return &stats->devices[i];
	return NULL;
}

static bool goes_on(const struct diskstats_op *before,
		    const struct diskstats_op *now)
{
	return now->requests >= before->requests && now->bytes >= before->bytes;
}

static struct diskstats_op_rates op_rates(const struct diskstats_op *before,
					  const struct diskstats_op *now,
					  double interval_s)
{
	return (struct diskstats_op_rates){
		.per_s = (now->requests - before->requests) / interval_s,
		.bytes_per_s = (now->bytes - before->bytes) / interval_s,
	};
}

bool diskstats_rates(const struct diskstats_device *before,
		     const struct diskstats_device *now, double interval_s,
		     struct diskstats_rates *rates)
{
	double interval_ms = interval_s * 1000;

	*rates = (struct diskstats_rates){0};
	if (!before || interval_s <= 0 || strcmp(before->name, now->name) ||
	    !goes_on(&before->reads, &now->reads) ||
	    !goes_on(&before->writes, &now->writes) ||
	    !goes_on(&before->discards, &now->discards))
		return false;
	rates->reads = op_rates(&before->reads, &now->reads, interval_s);
	rates->writes = op_rates(&before->writes, &now->writes, interval_s);
	rates->discards =
		op_rates(&before->discards, &now->discards, interval_s);
	rates->queue =
		(__u32)(now->waited_ms - before->waited_ms) / interval_ms;
	rates->util_pct =
		100 * (__u32)(now->busy_ms - before->busy_ms) / interval_ms;
	/* the two ends of the interval are not read at once with the time */
	if (rates->util_pct > 100)
		rates->util_pct = 100;
	return true;
}

static void add_op(struct diskstats_op_rates *sum,
		   const struct diskstats_op_rates *rates)
{
	sum->per_s += rates->per_s;
	sum->bytes_per_s += rates->bytes_per_s;
}

void diskstats_add(struct diskstats_rates *sum,
		   const struct diskstats_rates *rates)
{
	add_op(&sum->reads, &rates->reads);
	add_op(&sum->writes, &rates->writes);
	add_op(&sum->discards, &rates->discards);
	sum->queue += rates->queue;
	if (sum->util_pct < rates->util_pct)
		sum->util_pct = rates->util_pct;
}
