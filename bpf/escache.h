/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/escache.bpf.c and its reader share: ext4's extent status tree seen
 * as a cache of block mappings, per filesystem and per inode, since the
 * programs were attached.
 *
 * Includers provide __u32 and __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_ESCACHE_H
#define FRSP_ESCACHE_H

#include "cost.h"
#include "log2_hist.h"

#define ES_MAX_FS     1024
#define ES_MAX_INODES 16384 /* of all filesystems; about 100 bytes each */

enum es_insert {
	ES_INSERT_WRITTEN,
	ES_INSERT_UNWRITTEN,
	ES_INSERT_DELAYED, /* space is reserved, no block is chosen yet */
	ES_INSERT_HOLE,
	ES_NR_INSERTS,
};

/* Value of frsp_es_fs, per CPU; key: kernel dev_t of the superblock. */
struct es_fs {
	__u64 hits; /* a hole that is known is a hit */
	__u64 misses;
	__u64 inserts[ES_NR_INSERTS]; /* as blocks are mapped */
	__u64 cached; /* offered as the extent tree was read, or ahead */
	__u64 removals;
	/* the shrinker */
	__u64 runs;
	__u64 asked; /* entries that it was to look at */
	__u64 freed;
	__u64 skipped; /* inodes: precached, or in use just then */
	__u64 retried; /* runs that went for the precached ones, too */
	__u64 run_ns;
	__u64 run[LOG2_NS_BUCKETS];
};

struct es_inode_key {
	__u64 ino;
	__u32 dev;
	__u32 gen;
};

/* Value of frsp_es_inode. */
struct es_inode {
	__u64 hits;
	__u64 misses;
	__u64 entries; /* of its tree, at its latest event */
};

/* Index into frsp_es_cost. */
enum es_program {
	ES_PROGRAM_LOOKUP,
	ES_PROGRAM_INSERT,
	ES_PROGRAM_DELAY_EXTENT,
	ES_PROGRAM_DELAY_BLOCK,
	ES_PROGRAM_CACHE,
	ES_PROGRAM_REMOVE,
	ES_PROGRAM_SCAN,
	ES_PROGRAM_SHRINK,
	ES_NR_PROGRAMS,
};

/* Index into frsp_es_lost: what could not be counted, and why. */
enum es_lost {
	ES_LOST_FS,    /* no room or memory for the filesystem */
	ES_LOST_INODE, /* no room for the inode, though others may go for it */
	ES_NR_LOST,
};

#endif
