/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user half of bpf/alloc.bpf.c. */
#ifndef FRSP_ALLOC_WATCH_H
#define FRSP_ALLOC_WATCH_H

#include <linux/types.h>

#include "bpf/alloc.h"
#include "watch/watch.h"

struct alloc_watch;

/* 0, -EOPNOTSUPP: no BTF, or ext4 is not in the kernel now, or another -errno. */
int alloc_watch_open(struct alloc_watch **out);
void alloc_watch_close(struct alloc_watch *watch);

/* Whether frsp.ko's decisions are watched: it was loaded in time. */
bool alloc_watch_has_frsp(const struct alloc_watch *watch);

/* What was counted of a filesystem since the start: all 0 if nothing was. dev:
 * kernel dev_t.
 */
int alloc_watch_fs(const struct alloc_watch *watch, __u32 dev,
		   struct frsp_alloc_fs *totals);

/* Begins anew for a filesystem that is gone: another may get its number. */
void alloc_watch_forget(const struct alloc_watch *watch, __u32 dev);

const struct watch *alloc_watch_base(const struct alloc_watch *watch);

#endif
