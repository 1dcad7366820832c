/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user half of bpf/alloc.bpf.c: block allocation in ext4, per filesystem,
 * and the decisions of frsp.ko.
 */
#ifndef FRSP_ALLOC_WATCH_H
#define FRSP_ALLOC_WATCH_H

#include <linux/types.h>

#include "bpf/alloc.h"
#include "watch/watch.h"

struct alloc_watch;

/* Returns 0, -EOPNOTSUPP: the kernel has no BTF, or ext4 is neither built in
 * nor loaded, or another -errno.
 */
int alloc_watch_open(struct alloc_watch **out);
void alloc_watch_close(struct alloc_watch *watch);

/* Whether the decisions of frsp.ko are watched: if it was loaded before the
 * programs were attached.
 */
bool alloc_watch_has_frsp(const struct alloc_watch *watch);

/* Fills in what was counted for a filesystem since the start: all 0 if nothing
 * was. dev: kernel dev_t. Returns 0 or -errno.
 */
int alloc_watch_fs(const struct alloc_watch *watch, __u32 dev,
		   struct frsp_alloc_fs *totals);

/* Deletes the counts of a filesystem that is gone, as another filesystem may
 * get its device number.
 */
void alloc_watch_forget(const struct alloc_watch *watch, __u32 dev);

const struct watch *alloc_watch_base(const struct alloc_watch *watch);

#endif
