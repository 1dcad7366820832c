/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user half of bpf/disk.bpf.c: how long the requests of each disk took. */
#ifndef FRSP_DISK_WATCH_H
#define FRSP_DISK_WATCH_H

#include <stddef.h>
#include <linux/types.h>

#include "bpf/disk.h"
#include "watch/watch.h"

struct disk_watch;

/* Has room for twice the number of disks that the machine has now, and some
 * more. Requests of other disks count as lost. Returns 0, -EOPNOTSUPP: the
 * kernel has no BTF or lacks the tracepoint, or another -errno.
 */
int disk_watch_open(size_t n_disks, struct disk_watch **out);
void disk_watch_close(struct disk_watch *watch); /* NULL: does nothing */

/* Fills in what was counted for a whole disk since the start: all 0 if nothing
 * was. dev: kernel dev_t. Returns 0 or -errno.
 */
int disk_watch_read(const struct disk_watch *watch, __u32 dev,
		    struct frsp_disk_times *totals);

/* Deletes the counts of a disk that is gone, as another disk may get its
 * device number.
 */
void disk_watch_forget(const struct disk_watch *watch, __u32 dev);

const struct watch *disk_watch_base(const struct disk_watch *watch);

#endif
