/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user half of bpf/busy.bpf.c: freed space of ext4 and XFS that cannot be
 * allocated again yet, per filesystem.
 */
#ifndef FRSP_BUSY_WATCH_H
#define FRSP_BUSY_WATCH_H

#include <stdbool.h>
#include <linux/types.h>

#include "bpf/busy_life.h"
#include "watch/watch.h"

struct busy_watch;

/* Returns 0, -EOPNOTSUPP: the kernel has no BTF, or it has not what the
 * programs need, neither for ext4 nor for XFS, or another -errno.
 */
int busy_watch_open(struct busy_watch **out);
void busy_watch_close(struct busy_watch *watch);

/* Whether ext4 filesystems are watched, or else (is_ext4 false) those of XFS.
 */
bool busy_watch_has(const struct busy_watch *watch, bool is_ext4);

/* Fills in what was counted for a filesystem since the start: all 0 if nothing
 * was. dev: kernel dev_t. Returns 0 or -errno.
 */
int busy_watch_fs(const struct busy_watch *watch, __u32 dev,
		  struct frsp_busy_fs *totals);

/* Deletes the counts of a filesystem that is gone, as another filesystem may
 * get its device number.
 */
void busy_watch_forget(const struct busy_watch *watch, __u32 dev);

const struct watch *busy_watch_base(const struct busy_watch *watch);

#endif
