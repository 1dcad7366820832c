/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples what hotmon shows of block devices: rates by /proc/diskstats,
 * latencies by bpf/disk.bpf.c, what lies on what, and sums for each filesystem.
 *
 * A device is physical if none that is shown here lies below it. Only physical
 * devices count in the sum of all devices: what is written to an image on a
 * loop device, or to a device of device-mapper, is written below once more.
 */
#ifndef FRSP_HOTMON_DEVICES_H
#define FRSP_HOTMON_DEVICES_H

#include <linux/types.h>

#include "bpf/disk.h"
#include "fs/disk_facts.h"
#include "fs/diskstats.h"
#include "fs/mount.h"

struct devices;

/* How long the requests took that were completed in the last interval. */
struct device_times {
	double p50_ns, p99_ns; /* -1: not known, or there were none */
};

struct device_requests {
	/* completed since the start, and how many of them have no time */
	__u64 n;
	__u64 untimed;
	struct device_times since[FRSP_DISK_NR_SINCE];
};

/* A whole disk, or a device that behaves like one. */
struct device_row {
	const struct diskstats_device *now;
	bool has_rates; /* else .rates are not known, and 0 */
	struct diskstats_rates rates;
	bool has_requests; /* else .ops is not known, and 0 */
	struct device_requests ops[FRSP_DISK_NR_OPS];
	bool is_physical;
	const struct diskstats_device *below[DISK_MAX_BELOW];
	unsigned int n_below;
	/* the filesystems on it or on its partitions; the first few */
	const struct mount_entry *mounts[DISK_MAX_BELOW];
	unsigned int n_mounts;
};

/* A mounted filesystem, with the sum of its disks and partitions. */
struct device_fs {
	const struct mount_entry *mount;
	bool has_rates; /* of all its devices */
	struct diskstats_rates rates;
	const struct diskstats_device *devices[DISK_MAX_BELOW];
	unsigned int n_devices; /* the first few */
};

/* Valid until the next sample. */
struct device_frame {
	double interval_s;
	struct device_row *rows; /* in the order of the kernel */
	size_t n_rows;
	struct device_fs *filesystems;
	size_t n_filesystems;
	bool has_physical;		 /* the rates of any of them */
	struct diskstats_rates physical; /* sum of the physical devices */
	/* of the BPF program */
	int err; /* 0, or why it is not loaded: -errno */
	__u64 events, lost, map_bytes;
	double ns_per_event; /* 0: not measured yet */
};

/* Begins the first interval. If the BPF program cannot be loaded, the frames
 * have no latencies. Returns 0 or -errno.
 */
int devices_open(struct devices **out);
void devices_close(struct devices *devices); /* NULL: does nothing */

/* Returns 0 or -errno. */
int devices_sample(struct devices *devices, const struct device_frame **frame);

#endif
