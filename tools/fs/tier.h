/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiers: the disks that a filesystem is on, and which of its bytes are on
 * which. Usually there is one; there are several where its device is a
 * dm-linear, as LVM makes them, of a fast and a slow disk.
 *
 * A tier is a disk, whole: what is on two partitions of one is one tier. Below
 * a device of device-mapper are those that its linear targets name, and so on
 * down. Other targets (crypt, striped, thin, raid, snapshot) end the way: the
 * device that has them is the disk then.
 *
 * Tiers are numbered by what sysfs says in queue/rotational: first the disks
 * that do not rotate, then those that do, then those of which that is not
 * known. Those that are alike are told apart all the same, in the order in
 * which the filesystem comes to them.
 */
#ifndef FRSP_TIER_H
#define FRSP_TIER_H

#include "fs/mount_name.h"
#include "fs/tier_map.h"

/* So many that a letter or digit names each. */
#define TIER_MAX 36

enum tier_class {
	TIER_FAST, /* does not rotate */
	TIER_SLOW, /* rotates */
	TIER_UNKNOWN,
};

struct tier {
	__u32 dev; /* kernel dev_t of the disk */
	char name[MOUNT_NAME_LEN];
	enum tier_class class;
	__u64 bytes; /* of the filesystem's device */
};

/* Of the filesystem's device. */
struct tier_extent {
	__u64 start, bytes;
	unsigned int tier; /* index */
};

struct tiers {
	struct tier tiers[TIER_MAX];
	unsigned int n;
	struct tier_extent *extents; /* by start; what none has is unknown */
	size_t n_extents;
};

/* Where to ask; dm_table.h has what this machine says. */
struct tier_source {
	const char *sys;       /* where sysfs is */
	unsigned int dm_major; /* of device-mapper; 0: the kernel has none */
	/* The table of one of its devices into an empty map: 0 or -errno. */
	int (*read_table)(__u32 dev, struct tier_map *map);
};

/* Of a filesystem's device. 0, -ELOOP: too many devices one above the other,
 * -E2BIG: more than TIER_MAX disks, -EINVAL: a table that makes no sense, or
 * the -errno of what could not be read. On error there are none.
 */
int tiers_read(const struct tier_source *source, __u32 dev,
	       struct tiers *tiers);
void tiers_free(struct tiers *tiers);

/* Those that have any of the bytes [start, end), a bit each; 0: not known. */
__u64 tiers_in(const struct tiers *tiers, __u64 start, __u64 end);

#endif
