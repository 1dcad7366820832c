/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sysfs says about a block device: which disk a partition is on, and what
 * a stacked device lies on.
 */
#ifndef FRSP_DISK_FACTS_H
#define FRSP_DISK_FACTS_H

#include <limits.h>
#include <stdbool.h>
#include <linux/types.h>

#define DISK_MAX_BELOW 16

struct disk_facts {
	__u32 disk;    /* kernel dev_t of the whole disk; perhaps itself */
	bool is_empty; /* has no size, as a loop device without a file */
	/* The kernel keeps no statistics: queue/iostats of the disk is 0. */
	bool uncounted;
	/* Of device-mapper and MD: the first devices below, in no order. */
	__u32 below[DISK_MAX_BELOW];
	unsigned int n_below;
	/* Of a loop device: its file, as losetup shows it; "": no loop device.
	 */
	char backing[PATH_MAX];
};

/* sys: where sysfs is mounted. dev: kernel dev_t. Returns 0, -ENOENT: sysfs
 * has no such device, or another -errno.
 */
int disk_facts_read(const char *sys, __u32 dev, struct disk_facts *facts);

#endif
