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
 * The two low bits of a slot's tag hold its state:
 *
 *   FREE, TOMB --BPF, compare-and-exchange--> CLAIMED --BPF--> LIVE
 *   LIVE --reader--> CLAIMED --reader, after an RCU grace period--> TOMB
 *
 * A search stops at a FREE slot and skips a TOMB. Only the program or reader
 * that set a slot to CLAIMED may write its key.
 *
 * Example: bio after bio goes to range 0 of file 42. The first search ends at a
 * FREE slot. BPF claims it, writes inode 42 and range 0, sets it to LIVE and
 * adds the bio. Later searches find it LIVE and only add. When the range has
 * grown cold, the reader claims the slot, waits until no program can still add
 * to it, clears the counters and leaves a TOMB. Keys that stand behind it in
 * their probe sequence are still found; the next new key may take it.
 *
 * Includers provide __u32 and __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_HOT_H
#define FRSP_HOT_H

#include "cost.h"
#include "heat.h"
#include "hot_fs.h"
#include "hot_meta.h"
#include "hot_who.h"

#define FRSP_HOT_RANGE_SHIFT 20 /* ranges of 1 MiB, as the 2013 patches */
#define FRSP_HOT_RANGE_BITS                                                    \
	30 /* offsets up to 2^50 bytes; I/O above it is unattributed */
#define FRSP_HOT_RANGE_FILE ((1U << FRSP_HOT_RANGE_BITS) - 1)
#define FRSP_HOT_PROBES	    32	/* slots looked at before a key is dropped */
#define FRSP_HOT_NAME_LEN   256 /* NAME_MAX and the final NUL */
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

/* The kind of I/O without a file. Its slots have inode 0, and FRSP_HOT_GEN() as
 * .gen.
 */
enum frsp_hot_class {
	FRSP_HOT_METADATA, /* filesystem metadata, journal, raw cached device
			      I/O */
	FRSP_HOT_UNATTRIBUTED, /* data whose file is unknown */
	FRSP_HOT_SWAP,	       /* memory swapped to or from a swap file */
	FRSP_HOT_NR_CLASSES,
};

/* The class, and of metadata an enum frsp_hot_meta, as one number. */
#define FRSP_HOT_GEN(class, meta) ((__u32)(class) | (__u32)(meta) << 8)
#define FRSP_HOT_GEN_CLASS(gen)	  ((gen) & 0xff)
#define FRSP_HOT_GEN_META(gen)	  ((gen) >> 8)

struct frsp_hot_slot {
	__u64 ino;	 /* 0: a class, then gen is FRSP_HOT_GEN() */
	__u32 fs;	 /* identity (hot_fs.h); btrfs: the subvolume's */
	__u32 gen;	 /* inode generation */
	__u32 tag;	 /* FRSP_HOT_TAG(): 1-MiB range and state */
	__u32 heat_time; /* when .heat was last decayed, in heat units */
	__u64 heat;	 /* HEAT_ONE fixed point, see heat.h */
	__u64 reads;	 /* bios that touched this key */
	__u64 writes;
	__u64 read_bytes; /* only those that belong to this key */
	__u64 write_bytes;
};

#define FRSP_HOT_CLUSTER_SHIFT 6 /* 64 slots: with plain slots, a page */
#define FRSP_HOT_CLUSTER       (1U << FRSP_HOT_CLUSTER_SHIFT)

/*
 * A reader can skip clusters that have not changed since it last looked. Each
 * change marks its cluster with the current epoch, a counter. A reader
 * increments the epoch before it reads. The next time, it reads the clusters
 * whose mark is that epoch, a later one, or the one before: a program may have
 * read the old epoch, and set its mark when the reader had passed the cluster.
 *
 * Example: the epoch is 4. A reader sets it to 5 and reads all clusters. Then a
 * bio changes a slot of cluster 9, whose mark becomes 5. The next time, the
 * reader sets the epoch to 6 and reads only clusters whose mark is 4 or more,
 * cluster 9 among them.
 */

/* One place where a key may stand. Neighbouring ranges of a file stand side by
 * side in one cluster, so that work on a region of a file touches few pages.
 */
struct frsp_hot_probe {
	__u32 cluster; /* of 2^32; hot_probe_index() scales it */
	__u32 step;    /* to the next cluster; odd */
	__u32 place;   /* slot in the cluster, the same in each */
};

/* The first place of a key: splitmix64's finalizer over the mixed key. */
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

/* The next place: a linear congruential step of full period, with PCG-32's
 * multiplier. A plain addition would stay in few clusters if the step is small.
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

/* The slot with --score=compat, which has what the formula of 2013 needs. */
struct frsp_hot_slot_compat {
	struct frsp_hot_slot base;
	struct frsp_heat_compat compat;
};

/* Per-CPU counters in map hotmon_stats, one __u64 each. */
enum frsp_hot_stat {
	FRSP_HOT_STAT_EVENTS,  /* bios seen */
	FRSP_HOT_STAT_DROPPED, /* key updates lost because the table was full */
	FRSP_HOT_STAT_SLOTS,   /* slots claimed for a new key */
	FRSP_HOT_STAT_UNNAMED, /* files whose announcement did not fit the ring,
				  or filesystems that did not fit hotmon_fs */
	FRSP_HOT_STAT_SAMPLES, /* events whose time was measured */
	FRSP_HOT_STAT_SAMPLED_NS,   /* the sum of these times */
	FRSP_HOT_STAT_FOUND,	    /* bios that only the second program saw */
	FRSP_HOT_STAT_EVICTED,	    /* slots that the reader evicted */
	FRSP_HOT_STAT_ACTORS,	    /* actors entered (hot_who.h) */
	FRSP_HOT_STAT_NO_ACTOR,	    /* times that there was no room for one */
	FRSP_HOT_STAT_NOBODY_BYTES, /* of bios whose actor is unknown */
	FRSP_HOT_STAT_MOVER_BYTES,  /* of bios that a mover caused */
	FRSP_HOT_NR_STATS,
};

#define FRSP_HOT_CGROUP_NAME_LEN 256 /* NAME_MAX and the final NUL */

/* Announces a file when it enters the table; ring buffer hotmon_files. */
struct frsp_hot_file {
	__u64 ino;
	__u32 fs; /* as in the slot */
	__u32 gen;
	__u64 subvol;	  /* btrfs root id, else 0 */
	__u64 parent_ino; /* of a directory that has the file; 0: unknown */
	__u32 parent_gen;
	__u32 fs_dev; /* s_dev, the device that mountinfo shows */
	char fs_type[FRSP_HOT_FS_TYPE_LEN];
	char name[FRSP_HOT_NAME_LEN]; /* "": unknown */
};

#endif
