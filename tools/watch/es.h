/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user half of bpf/escache.bpf.c. */
#ifndef FRSP_ES_WATCH_H
#define FRSP_ES_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "bpf/escache.h"
#include "fs/es_info.h"
#include "watch/watch.h"

enum es_order {
	ES_BY_ENTRIES,
	ES_BY_MISSES,
	ES_NR_ORDERS,
};

#define ES_TOP_INODES 10

/* An inode, with what was counted of it since it was last let go. */
struct es_row {
	struct frsp_es_inode_key inode;
	struct frsp_es_inode counts;
};

/* The most first, those with none left out. */
struct es_top {
	struct es_row rows[ES_TOP_INODES];
	size_t n_rows;
};

struct es_cache {
	struct frsp_es_fs totals;
	bool has_info; /* else what is there now is not known */
	struct es_info info;
	bool has_inodes; /* else what follows is not known */
	__u64 n_tracked; /* inodes that are counted one by one */
	/* let go as others came, of all filesystems; some again and again */
	__u64 n_evicted;
	struct es_top top[ES_NR_ORDERS];
};

struct es_watch;

/* 0, -EOPNOTSUPP: no BTF, or ext4 is not in the kernel now, or another -errno. */
int es_watch_open(struct es_watch **out);
void es_watch_close(struct es_watch *watch);

/* Reads what is known of inodes, for calls of es_watch_fs(). 0 or -errno. */
int es_watch_refresh(struct es_watch *watch);

/* What was counted of a filesystem since the start: all 0 if nothing was. dev:
 * kernel dev_t, name: below /proc/fs/ext4, for what is there now and for its
 * inodes; NULL: leave both out. 0 or -errno.
 */
int es_watch_fs(struct es_watch *watch, __u32 dev, const char *name,
		struct es_cache *cache);

/* Begins anew for a filesystem that is gone: another may get its number. 0 or
 * -errno.
 */
int es_watch_forget(struct es_watch *watch, __u32 dev);

const struct watch *es_watch_base(const struct es_watch *watch);

#endif
