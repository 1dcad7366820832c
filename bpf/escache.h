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

/* The slots of one CPU. */
#define FRSP_ES_FS_BITS	    3
#define FRSP_ES_FS_SLOTS    (1 << FRSP_ES_FS_BITS)
#define FRSP_ES_INODE_BITS  7
#define FRSP_ES_INODE_SLOTS (1 << FRSP_ES_INODE_BITS)

/* An inode with fewer misses and fewer entries is forgotten when it loses its
 * slot. Such inodes are common: the look-up of the first block is a miss, and a
 * file that is being written has two entries.
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
	__u64 hits; /* also if the entry is a hole */
	__u64 misses;
	__u64 inserts[FRSP_ES_NR_INSERTS]; /* because blocks were mapped */
	__u64 cached; /* offered because the extent tree was read, or ahead */
	__u64 removals;
	/* the shrinker */
	__u64 runs;
	__u64 asked; /* entries that it was asked to look at */
	__u64 freed;
	__u64 skipped; /* inodes that were precached or in use */
	__u64 retried; /* runs that also shrank precached inodes */
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
	__u64 address; /* of the struct inode, where it was last seen */
	__u64 entries; /* in its tree, when frsp_es_entries last ran */
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
 * Value of frsp_es_slots; key: a CPU. Only that CPU fills slots. Others may set
 * the dev of a slot to 0, which discards its counts.
 *
 * A flush increments moves_begun, adds the counts to a table, empties the slot
 * and increments moves_done. During a flush, the counts may be both in the slot
 * and in the table. So a reader compares: moves_begun after it has read must
 * equal moves_done before. If not, it reads again.
 */
struct frsp_es_gathered {
	__u64 moves_begun;
	__u64 moves_done;
	struct frsp_es_fs_slot fs[FRSP_ES_FS_SLOTS];
	struct frsp_es_inode_slot inodes[FRSP_ES_INODE_SLOTS];
	__u64 inodes_passed;	/* lost their slot, and too little to keep */
} __attribute__((aligned(64))); /* CPUs share no cache line */

/* Numbers that differ in only a few bits, high or low ones, must get different
 * slots: a disk has 16 device numbers, or 1, and the inodes of directories
 * often differ in high bits. The multiplier, 2^64 divided by the golden ratio,
 * spreads them.
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
	FRSP_ES_LOST_INODE, /* no room for the inode, though the map evicts */
	FRSP_ES_LOST_CPU,   /* a CPU whose number is not below the number of
			       possible CPUs */
	FRSP_ES_NR_LOST,
};

#endif
