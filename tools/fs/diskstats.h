/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads /proc/diskstats, the kernel's counters of each block device and
 * partition, and computes rates from two readings.
 */
#ifndef FRSP_DISKSTATS_H
#define FRSP_DISKSTATS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "fs/mount_name.h"

#define DISKSTATS_PATH	   "/proc/diskstats"
#define DISKSTATS_NAME_LEN 32

/* What was completed of one kind. */
struct diskstats_op {
	__u64 requests;
	__u64 bytes;
};

/* One line: counters since the device exists. */
struct diskstats_device {
	__u32 dev;		       /* kernel dev_t */
	char name[DISKSTATS_NAME_LEN]; /* in the kernel */
	char shown[MOUNT_NAME_LEN];    /* for people; as .name if only parsed */
	struct diskstats_op reads, writes;
	struct diskstats_op discards; /* since Linux 4.18; before, all 0 */
	__u64 in_flight;	      /* requests now */
	/* in ms, and begin at 0 again after 2^32 */
	__u32 busy_ms;	 /* with at least one request in flight */
	__u32 waited_ms; /* sum of the times that requests took */
};

struct diskstats {
	struct diskstats_device *devices; /* in the order of the kernel */
	size_t n;
};

/* text: the whole file. The caller frees stats. Returns 0, -EINVAL: the file
 * has another form, or -ENOMEM; then stats is empty.
 */
int diskstats_parse(const char *text, struct diskstats *stats);

/* Reads the file at path. 0, -EINVAL as above, or another -errno. */
int diskstats_read(const char *path, struct diskstats *stats);
void diskstats_free(struct diskstats *stats);

/* NULL: there is no such device. */
const struct diskstats_device *diskstats_find(const struct diskstats *stats,
					      __u32 dev);

struct diskstats_op_rates {
	double per_s;
	double bytes_per_s;
};

struct diskstats_rates {
	struct diskstats_op_rates reads, writes, discards;
	double queue;	 /* mean number of requests in flight */
	double util_pct; /* of the time with a request in flight, 0 to 100 */
};

/* before: the same device interval_s ago, or NULL. Returns false and sets all
 * rates to 0 if it was not there then, or if another device has its number now,
 * as counters that went back show.
 */
bool diskstats_rates(const struct diskstats_device *before,
		     const struct diskstats_device *now, double interval_s,
		     struct diskstats_rates *rates);

/* Adds the rates of another device. The sum has the higher .util_pct. */
void diskstats_add(struct diskstats_rates *sum,
		   const struct diskstats_rates *rates);

#endif
