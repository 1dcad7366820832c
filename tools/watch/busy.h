/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user half of bpf/busy.bpf.c. */
#ifndef FRSP_BUSY_WATCH_H
#define FRSP_BUSY_WATCH_H

#include <stdbool.h>
#include <linux/types.h>

#include "bpf/busy_life.h"
#include "watch/watch.h"

struct busy_watch;

/* 0, -EOPNOTSUPP: no BTF, or neither ext4 nor XFS is in the kernel now, or
 * another -errno.
 */
int busy_watch_open(struct busy_watch **out);
void busy_watch_close(struct busy_watch *watch);

/* Whether such filesystems, of ext4 or else of XFS, are watched. */
bool busy_watch_has(const struct busy_watch *watch, bool is_ext4);

/* What was counted of a filesystem since the start: all 0 if nothing was. dev:
 * kernel dev_t.
 */
int busy_watch_fs(const struct busy_watch *watch, __u32 dev,
		  struct frsp_busy_fs *totals);

/* Begins anew for a filesystem that is gone: another may get its number. */
void busy_watch_forget(const struct busy_watch *watch, __u32 dev);

const struct watch *busy_watch_base(const struct busy_watch *watch);

#endif
