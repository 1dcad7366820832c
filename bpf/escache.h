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

#define FRSP_ES_MAX_FS	   1024
#define FRSP_ES_MAX_INODES 16384 /* of all filesystems; about 100 bytes each */

/* What a CPU gathers, before it goes into the tables. */
#define FRSP_ES_FS_BITS	    3
#define FRSP_ES_FS_SLOTS    (1 << FRSP_ES_FS_BITS)
#define FRSP_ES_INODE_BITS  7
#define FRSP_ES_INODE_SLOTS (1 << FRSP_ES_INODE_BITS)

/* An inode with less of both is known as long as it has a slot: an inode's
 * first block is a miss, and a file that is being written has two entries.
 */
#define FRSP_ES_NOTED_MISSES  2
#define FRSP_ES_NOTED_ENTRIES 4

enum frsp_es_insert {
	FRSP_ES_INSERT_WRITTEN,
	FRSP_ES_INSERT_UNWRITTEN,
	FRSP_ES_INSERT_DELAYED, /* space is reserved, no block is chosen yet */
	FRSP_ES_INSERT_HOLE,
	FRSP_ES_NR_INSERTS,
};

/* Value of frsp_es_fs, per CPU; key: kernel dev_t of the superblock. All __u64.
 */
struct frsp_es_fs {
	__u64 hits; /* a hole that is known is a hit */
	__u64 misses;
	__u64 inserts[FRSP_ES_NR_INSERTS]; /* as blocks are mapped */
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

struct frsp_es_inode_key {
	__u64 ino;
	__u32 dev;
	__u32 gen;
};

/* Value of frsp_es_inode. */
struct frsp_es_inode {
	__u64 hits;
	__u64 misses;
	__u64 address; /* where it was last seen in the kernel's memory */
	__u64 entries; /* of its tree, when frsp_es_entries last ran */
};

struct frsp_es_fs_slot {
	__u64 dev; /* 0: none */
	struct frsp_es_fs counts;
};

struct frsp_es_inode_slot {
	struct frsp_es_inode_key key; /* dev is 0: none */
	struct frsp_es_inode counts;
};

/*
 * Value of frsp_es_slots; key: a CPU, which alone puts anything in. Others
 * may set a dev to 0, by which all of its slot is dropped. What is on its way
 * into a table has begun and is not done, and may be found here as well as
 * there.
 */
struct frsp_es_gathered {
	__u64 moves_begun;
	__u64 moves_done;
	struct frsp_es_fs_slot fs[FRSP_ES_FS_SLOTS];
	struct frsp_es_inode_slot inodes[FRSP_ES_INODE_SLOTS];
	__u64 inodes_passed;	/* whose slot was taken, and were not of note */
} __attribute__((aligned(64))); /* CPUs share no cache line */

/* Numbers that differ in a few bits only, high ones or low ones, are to be
 * apart: 2^64 divided by the golden ratio spreads them. Disks have 16 numbers
 * each, or 1, and directories' inodes often differ in high bits.
 */
static inline __u32 es_fs_slot_of(__u32 dev)
{
	return dev * 0x9e3779b97f4a7c15 >> (64 - FRSP_ES_FS_BITS);
}

static inline __u32 es_inode_slot_of(__u64 ino, __u32 dev)
{
	return (ino + dev) * 0x9e3779b97f4a7c15 >> (64 - FRSP_ES_INODE_BITS);
}

/* Index into frsp_es_cost. */
enum frsp_es_program {
	FRSP_ES_PROGRAM_LOOKUP,
	FRSP_ES_PROGRAM_INSERT,
	FRSP_ES_PROGRAM_DELAY_EXTENT,
	FRSP_ES_PROGRAM_DELAY_BLOCK,
	FRSP_ES_PROGRAM_CACHE,
	FRSP_ES_PROGRAM_REMOVE,
	FRSP_ES_PROGRAM_SCAN,
	FRSP_ES_PROGRAM_SHRINK,
	FRSP_ES_NR_PROGRAMS,
};

/* Index into frsp_es_lost: what could not be counted, and why. */
enum frsp_es_lost {
	FRSP_ES_LOST_FS,    /* no room or memory for the filesystem */
	FRSP_ES_LOST_INODE, /* no room for the inode, though others may go for
			       it */
	FRSP_ES_LOST_CPU,   /* its number is not below that of possible CPUs */
	FRSP_ES_NR_LOST,
};

#endif
