/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiers: the disks that a filesystem is on, and which of its bytes are on which
 * disk. Usually there is one tier. There are several if the filesystem's device
 * is a dm-linear device, as LVM makes them, on a fast and a slow disk. Example:
 *
 *   dm-0: 110 GiB, of which the first 10 are on sdb, the others on nvme0n1p2
 *   tier 0: nvme0n1, fast, 100 GiB
 *   tier 1: sdb, slow, 10 GiB
 *
 * A tier is a whole disk: two partitions of one disk are one tier. From a
 * device of device-mapper the search goes on to the devices that its linear
 * targets name, and so on. It ends at other targets (crypt, striped, thin,
 * raid, snapshot): the device that has such a target counts as the disk.
 *
 * The order of the tiers follows queue/rotational in sysfs: first the disks
 * that do not rotate, then those that do, then those for which that is unknown.
 * Disks of the same class are separate tiers, in the order of their first bytes
 * in the filesystem.
 */
#ifndef FRSP_TIER_H
#define FRSP_TIER_H

#include "fs/mount_name.h"
#include "fs/tier_map.h"

/* So a letter or digit can name each tier. */
#define TIER_MAX 36

enum tier_class {
	TIER_FAST, /* does not rotate */
	TIER_SLOW, /* rotates */
	TIER_UNKNOWN,
};

struct tier {
	__u32 dev;		    /* kernel dev_t of the disk */
	char name[MOUNT_NAME_LEN];  /* in the kernel */
	char shown[MOUNT_NAME_LEN]; /* for people */
	enum tier_class class;
	__u64 bytes; /* how much of the filesystem's device is on this disk */
};

/* A range of the filesystem's device. */
struct tier_extent {
	__u64 start, bytes;
	unsigned int tier; /* index */
};

struct tiers {
	struct tier tiers[TIER_MAX];
	unsigned int n;
	/* By rising start. For bytes in no extent the tier is unknown. */
	struct tier_extent *extents;
	size_t n_extents;
};

/* Where the facts come from; fs/dm_table.h has the source for this machine. */
struct tier_source {
	const char *sys;       /* where sysfs is mounted */
	unsigned int dm_major; /* of device-mapper; 0: the kernel lacks it */
	/* Reads the table of a device of device-mapper into an empty map: 0 or
	 * -errno.
	 */
	int (*read_table)(__u32 dev, struct tier_map *map);
};

/* Reads the tiers of a filesystem's device. 0; -ELOOP: too many devices are one
 * above the other; -E2BIG: more than TIER_MAX disks; -EINVAL: a table makes no
 * sense; or the -errno of what could not be read. On error tiers is empty.
 */
int tiers_read(const struct tier_source *source, __u32 dev,
	       struct tiers *tiers);
void tiers_free(struct tiers *tiers);

/* The tiers that have any of the bytes [start, end), as bits; 0: unknown. */
__u64 tiers_in(const struct tiers *tiers, __u64 start, __u64 end);

/* Adds to bytes, by tier, how many of the bytes [start, end) it has. */
void tiers_add_bytes(const struct tiers *tiers, __u64 start, __u64 end,
		     __u64 bytes[TIER_MAX]);

#endif
