/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/busy.bpf.c and its reader share: numbers of busy space, per
 * filesystem, since the programs were attached. Space is busy if it is freed
 * but cannot be allocated again yet: the transaction that frees it is not on
 * disk, or, on XFS, the space is being discarded.
 *
 * Lengths are in blocks; on ext4 with bigalloc, in clusters. Extents are
 * counted as they are freed; ext4 may merge them afterwards.
 * Includers provide __u32 and __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_BUSY_LIFE_H
#define FRSP_BUSY_LIFE_H

#include "cost.h"
#include "log2_hist.h"

#define FRSP_BUSY_MAX_FS	  1024
#define FRSP_BUSY_MAX_XFS_EXTENTS (1 << 18) /* 24 MiB, allocated with use */

/* The beginning of a value of frsp_busy_fs; key: kernel dev_t. */
struct frsp_busy_fs {
	/* Lifetimes of the extents that are not busy any more: from the free
	 * until the extent could be allocated.
	 */
	__u64 lifetime_ns; /* their sum */
	__u64 lifetimes[LOG2_NS_BUCKETS];
	__u64 freed_extents; /* all that became busy */
	__u64 freed_blocks;
	__u64 extents; /* busy now */
	__u64 blocks;
	__u64 peak_extents;
	__u64 peak_blocks;
	/* XFS only */
	__u64 forced;  /* log forces because suitable free space was busy */
	__u64 reused;  /* busy blocks taken for metadata: no lifetime */
	__u64 trimmed; /* free extents that lost their busy parts */
};

/* Index into frsp_busy_cost. */
enum frsp_busy_program {
	FRSP_BUSY_PROGRAM_COMMIT,
	FRSP_BUSY_PROGRAM_FLAGS,
	FRSP_BUSY_PROGRAM_FREE,
	FRSP_BUSY_PROGRAM_XFS_CLEAR,
	FRSP_BUSY_PROGRAM_XFS_REUSE_PART,
	FRSP_BUSY_PROGRAM_XFS_REUSE_BTREE,
	FRSP_BUSY_PROGRAM_XFS_REUSE_AGFL,
	FRSP_BUSY_PROGRAM_XFS_REUSE_BLOCK,
	FRSP_BUSY_PROGRAM_XFS_BEGIN,
	FRSP_BUSY_PROGRAM_XFS_TRIM,
	FRSP_BUSY_PROGRAM_XFS_FORCE,
	FRSP_BUSY_PROGRAM_XFS_FORCE_NEAR,
	FRSP_BUSY_PROGRAM_XFS_FORCE_SIZE,
	FRSP_BUSY_NR_PROGRAMS,
};

/* Index into frsp_busy_lost: what could not be counted, and why. */
enum frsp_busy_lost {
	FRSP_BUSY_LOST_FS,     /* no room or memory for the filesystem */
	FRSP_BUSY_LOST_EXTENT, /* no room or memory: counts as freed, but not as
				  busy, and has no lifetime */
	FRSP_BUSY_LOST_END,    /* the end was not seen: no lifetime */
	FRSP_BUSY_LOST_TASK, /* no memory for the flags of what a task frees */
	FRSP_BUSY_NR_LOST,
};

#endif
