/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much a filesystem reads and writes on its disks. */
#ifndef FRSP_TOP_DISK_H
#define FRSP_TOP_DISK_H

#include "fs/diskstats.h"
#include "fs/mount.h"

/* The sum over all devices of the filesystem (its log, too) between two
 * readings, interval_s apart; .util_pct is that of the busiest. Returns false
 * if it is not known: the kernel does not count, or a device was not there.
 */
bool top_disk_rates(const struct mount_entry *mount,
		    const struct diskstats *before, const struct diskstats *now,
		    double interval_s, struct diskstats_rates *rates);

#endif
