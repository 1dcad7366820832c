/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/hot.bpf.c and its reader share: the layout of the hot table, its
 * counters and the message that announces a file.
 *
 * The hot table is one mmapable array of slots, used as an open-addressing
 * hash table. A slot counts the real disk I/O of one key: a 1-MiB range of a
 * file, a whole file (range FRSP_HOT_RANGE_FILE), or a class of I/O that has no
 * file (inode 0, see enum frsp_hot_class). A slot fills one cache line.
 *
 * Life of a slot, kept in the two low bits of its tag:
 *
 *   FREE, TOMB --BPF, compare-and-exchange--> CLAIMED --BPF--> LIVE
 *   LIVE --reader--> CLAIMED --reader, after an RCU grace period--> TOMB
 *
 * A search ends at a FREE slot and passes over a TOMB. Nobody but the one who
 * made a slot CLAIMED writes its key.
 *
 * Includers provide __u32 and __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_HOT_H
#define FRSP_HOT_H

#include "heat.h"
#include "hot_fs.h"

#define FRSP_HOT_RANGE_SHIFT 20 /* ranges of 1 MiB, as the 2013 patches */
#define FRSP_HOT_RANGE_BITS                                                    \
	30 /* offsets up to 2^50 bytes; above: unattributed */
#define FRSP_HOT_RANGE_FILE ((1U << FRSP_HOT_RANGE_BITS) - 1)
#define FRSP_HOT_PROBES	    32 /* slots looked at before a key counts as dropped */
/* The time of every 128th event of a CPU is taken: the program's own cost. */
#define FRSP_HOT_SAMPLE_EVERY 128
#define FRSP_HOT_NAME_LEN     256 /* NAME_MAX and the end */
/* Devices that a filesystem can have besides its own: log, realtime section. */
#define FRSP_HOT_EXTRA_DEVS 2

enum frsp_hot_slot_state {
	FRSP_HOT_FREE,
	FRSP_HOT_CLAIMED,
	FRSP_HOT_LIVE,
	FRSP_HOT_TOMB,
};

#define FRSP_HOT_TAG(range, state) ((range) << 2 | (state))
#define FRSP_HOT_TAG_RANGE(tag)	   ((tag) >> 2)
#define FRSP_HOT_TAG_STATE(tag)	   ((tag) & 3)

/* Stands in the generation of slots that belong to no file (inode 0). */
enum frsp_hot_class {
	FRSP_HOT_METADATA, /* filesystem metadata, journal, raw cached device
			      I/O */
	FRSP_HOT_UNATTRIBUTED, /* data whose file is not known */
	FRSP_HOT_SWAP,	       /* swap files: memory that was swapped out */
	FRSP_HOT_NR_CLASSES,
};

struct frsp_hot_slot {
	__u64 ino;	 /* 0: a class, then gen is an enum frsp_hot_class */
	__u32 fs;	 /* identity, see hot_fs.h; btrfs: of the subvolume */
	__u32 gen;	 /* inode generation */
	__u32 tag;	 /* FRSP_HOT_TAG(): 1-MiB range and state */
	__u32 heat_time; /* heat units: when .heat was last decayed */
	__u64 heat;	 /* HEAT_ONE fixed point, see heat.h */
	__u64 reads;	 /* bios that touched this key */
	__u64 writes;
	__u64 read_bytes; /* clipped to this key */
	__u64 write_bytes;
};

#define FRSP_HOT_CLUSTER_SHIFT 6 /* 64 slots: with plain slots, a page */
#define FRSP_HOT_CLUSTER       (1U << FRSP_HOT_CLUSTER_SHIFT)

/*
 * What was changed since a reader looked last: each change marks its cluster
 * with the epoch, a counter, and a reader raises that before it looks. What has
 * a mark of that epoch, or a later one, is to be read again the next time.
 */

/* Where a key may stand. Neighbouring ranges of a file stand side by side in
 * one cluster, so that work on a region of a file touches few pages.
 */
struct frsp_hot_probe {
	__u32 cluster; /* of 2^32 */
	__u32 step;    /* odd; of the sequence of clusters */
	__u32 place;   /* in each cluster */
};

/* The first probe of a key; splitmix64's finalizer over the mixed key. */
static inline struct frsp_hot_probe hot_probe_first(__u64 ino, __u32 fs,
						    __u32 gen, __u32 range)
{
	__u64 hash = ino * 0x9e3779b97f4a7c15ULL;
	struct frsp_hot_probe probe;

	hash ^= (((__u64)fs << 32 | gen) +
		 (range >> FRSP_HOT_CLUSTER_SHIFT) * 0xd6e8feb86659fd93ULL) *
		0xff51afd7ed558ccdULL;
	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9ULL;
	hash = (hash ^ hash >> 27) * 0x94d049bb133111ebULL;
	hash ^= hash >> 31;
	probe.cluster = hash;
	probe.step = (__u32)(hash >> 32) | 1;
	probe.place = (range + (__u32)(hash >> 40)) & (FRSP_HOT_CLUSTER - 1);
	return probe;
}

/* A linear congruential step of full period (multiplier of PCG-32). A mere sum
 * would visit the same few clusters where the step is small.
 */
static inline void hot_probe_next(struct frsp_hot_probe *probe)
{
	probe->cluster = probe->cluster * 747796405U + probe->step;
}

/* n_slots: a multiple of FRSP_HOT_CLUSTER */
static inline __u32 hot_probe_index(const struct frsp_hot_probe *probe,
				    __u32 n_slots)
{
	__u32 n_clusters = n_slots >> FRSP_HOT_CLUSTER_SHIFT;

	return (__u32)((__u64)probe->cluster * n_clusters >> 32)
		       << FRSP_HOT_CLUSTER_SHIFT |
	       probe->place;
}

/* The slot of --score=compat: what the formula of 2013 needs besides. */
struct frsp_hot_slot_compat {
	struct frsp_hot_slot base;
	struct frsp_heat_compat compat;
};

/* Per-CPU counters in map hotmon_stats, one __u64 each. */
enum frsp_hot_stat {
	FRSP_HOT_STAT_EVENTS,  /* bios seen */
	FRSP_HOT_STAT_DROPPED, /* key updates lost because the table was full */
	FRSP_HOT_STAT_SLOTS,   /* slots taken into use */
	FRSP_HOT_STAT_UNNAMED, /* files whose announcement did not fit the ring,
				  or filesystems that did not fit hotmon_fs */
	FRSP_HOT_STAT_SAMPLES, /* events whose time was taken */
	FRSP_HOT_STAT_SAMPLED_NS, /* that those took */
	FRSP_HOT_STAT_FOUND,	  /* bios that only the second program saw */
	FRSP_HOT_STAT_EVICTED,	  /* slots emptied again, by the reader */
	FRSP_HOT_NR_STATS,
};

#define FRSP_HOT_CGROUP_NAME_LEN 256 /* NAME_MAX, and the end */

/* Announces a file when it enters the table; ring buffer hotmon_files. */
struct frsp_hot_file {
	__u64 ino;
	__u32 fs; /* as in the slot */
	__u32 gen;
	__u64 subvol;	  /* btrfs root id, else 0 */
	__u64 parent_ino; /* of a directory that has it, 0: unknown */
	__u32 parent_gen;
	__u32 fs_dev; /* s_dev, the device that mountinfo shows */
	char fs_type[FRSP_HOT_FS_TYPE_LEN];
	char name[FRSP_HOT_NAME_LEN]; /* "": unknown */
};

#endif
