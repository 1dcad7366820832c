/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user half of bpf/escache.bpf.c: how well ext4's extent status tree serves
 * as a cache, for each filesystem and for the inodes with the most entries or
 * misses.
 */
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

/* An inode, and what was counted for it since it was last evicted. */
struct es_row {
	struct frsp_es_inode_key inode;
	struct frsp_es_inode counts;
};

/* The inodes with the most come first; an inode with none is left out. */
struct es_top {
	struct es_row rows[ES_TOP_INODES];
	size_t n_rows;
};

struct es_cache {
	struct frsp_es_fs totals;
	bool has_info; /* .info, the present state of the cache, is known */
	struct es_info info;
	bool has_inodes; /* what follows is known */
	__u64 n_tracked; /* inodes that are counted one by one */
	/* How many inodes of all filesystems were evicted to make room for
	 * others. An inode may be evicted several times.
	 */
	__u64 n_evicted;
	struct es_top top[ES_NR_ORDERS];
};

struct es_watch;

/* Returns 0, -EOPNOTSUPP: the kernel has no BTF, or ext4 is neither built in
 * nor loaded, or another -errno.
 */
int es_watch_open(struct es_watch **out);
void es_watch_close(struct es_watch *watch);

/* Reads the counts of all inodes, for the next calls of es_watch_fs(). Returns
 * 0 or -errno.
 */
int es_watch_refresh(struct es_watch *watch);

/* Fills in what was counted for a filesystem since the start: all 0 if nothing
 * was. dev: kernel dev_t. name: its directory below /proc/fs/ext4, to fill in
 * .info and the inodes, too; NULL: leave them out. Returns 0 or -errno.
 */
int es_watch_fs(struct es_watch *watch, __u32 dev, const char *name,
		struct es_cache *cache);

/* The inode i (from 0) of those that es_watch_refresh() has read, of all
 * filesystems. False: there are no more.
 */
bool es_watch_inode(const struct es_watch *watch, __u32 i, struct es_row *row);

/* Deletes the counts of a filesystem that is gone, as another filesystem may
 * get its device number. Returns 0 or -errno.
 */
int es_watch_forget(struct es_watch *watch, __u32 dev);

const struct watch *es_watch_base(const struct es_watch *watch);

#endif
