/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/alloc.bpf.c and its reader share: the requests to ext4's block
 * allocator and their results, per filesystem, since the programs were
 * attached.
 *
 * Lengths are in clusters (blocks, unless the filesystem has bigalloc).
 * Includers provide __u32 and __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_ALLOC_H
#define FRSP_ALLOC_H

#include "cost.h"
#include "log2_hist.h"

#define FRSP_ALLOC_MAX_FS 1024
#define FRSP_ALLOC_NR_CRITERIA                                                 \
	8 /* 4 in 6.1, 5 since 6.5; the last counts any above */
#define FRSP_ALLOC_SCAN_BUCKETS 20 /* log2 of groups scanned */

enum frsp_alloc_kind {
	FRSP_ALLOC_DATA,     /* a search for blocks of a regular file */
	FRSP_ALLOC_METADATA, /* directories, extent tree blocks, and the like */
	FRSP_ALLOC_PREALLOCATED, /* blocks that were preallocated */
	FRSP_ALLOC_FAILED,	 /* no blocks were allocated */
	FRSP_ALLOC_NR_KINDS,
};

/* How frsp.ko chose a goal that it offered: enum frsp_pick_kind. */
enum frsp_alloc_pick {
	FRSP_ALLOC_PICK_KEPT = 1, /* ext4's own goal */
	FRSP_ALLOC_PICK_FIT,	  /* an extent for the whole request */
	FRSP_ALLOC_PICK_SHORT,	  /* the best extent, but too short */
	FRSP_ALLOC_NR_PICKS,
};

/* Value of frsp_alloc_fs, per CPU; key: kernel dev_t of the superblock. */
struct frsp_alloc_fs {
	/* of the whole call, ext4_mb_new_blocks() */
	__u64 latency_ns[FRSP_ALLOC_NR_KINDS];
	__u64 latency[FRSP_ALLOC_NR_KINDS][LOG2_NS_BUCKETS];
	/* searches: requests that preallocated blocks could not satisfy */
	__u64 searches;
	__u64 requested[LOG2_LEN_BUCKETS]; /* ac_o_ex.fe_len */
	__u64 obtained[LOG2_LEN_BUCKETS];  /* ac_b_ex.fe_len, if not 0 */
	__u64 requested_clusters;
	__u64 obtained_clusters;
	__u64 shorter;	   /* less was found than requested, or nothing */
	__u64 goals_taken; /* what was found is at the goal, as in mb_stats */
	__u64 goals_missed;
	__u64 criteria[FRSP_ALLOC_NR_CRITERIA]; /* by which the search ended */
	__u64 scanned[FRSP_ALLOC_SCAN_BUCKETS];
	__u64 groups_scanned;
	__u64 extents_found;
	/* from frsp.ko, if it is loaded when the programs are attached */
	__u64 picks[FRSP_ALLOC_NR_PICKS];
	__u64 picked[LOG2_LEN_BUCKETS]; /* clusters offered */
	__u64 load_ns; /* sum of the times to load groups into trees */
	__u64 loads[LOG2_NS_BUCKETS];
	__u64 evictions;       /* evicted trees */
	__u64 evicted_extents; /* extents of these trees */
};

/* Index into frsp_alloc_cost. */
enum frsp_alloc_program {
	FRSP_ALLOC_PROGRAM_REQUEST,
	FRSP_ALLOC_PROGRAM_SEARCH,
	FRSP_ALLOC_PROGRAM_PREALLOC,
	FRSP_ALLOC_PROGRAM_DONE,
	FRSP_ALLOC_PROGRAM_EXTENT,
	FRSP_ALLOC_PROGRAM_INDIRECT,
	FRSP_ALLOC_PROGRAM_PICK,
	FRSP_ALLOC_PROGRAM_LOAD,
	FRSP_ALLOC_PROGRAM_EVICT,
	FRSP_ALLOC_NR_PROGRAMS,
};

/* Index into frsp_alloc_lost: what could not be counted, and why. */
enum frsp_alloc_lost {
	FRSP_ALLOC_LOST_FS,   /* no room or memory for the filesystem */
	FRSP_ALLOC_LOST_TASK, /* bpf_task_storage_get() had no memory for the
				 task's call, or refused it */
	FRSP_ALLOC_NR_LOST,
};

#endif
