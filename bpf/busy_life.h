/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/busy.bpf.c and its reader share: freed space that cannot be
 * allocated again yet, as the transaction that frees it is not on disk (or, on
 * XFS, is being discarded). Per filesystem, since the programs were attached.
 *
 * Lengths are in blocks; on ext4 with bigalloc, in clusters. Extents are
 * counted as they are freed: ext4 may merge them afterwards.
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
	/* of the extents whose busy life has ended: from the free until they
	 * could be allocated
	 */
	__u64 lifetime_ns;
	__u64 lifetimes[LOG2_NS_BUCKETS];
	__u64 freed_extents; /* all that became busy */
	__u64 freed_blocks;
	__u64 extents; /* busy now */
	__u64 blocks;
	__u64 peak_extents;
	__u64 peak_blocks;
	/* XFS only */
	__u64 forced;  /* log forces for want of space that is not busy */
	__u64 reused;  /* busy blocks that metadata took again: no lifetime */
	__u64 trimmed; /* free extents that were cut where they are busy */
};

/* Index into frsp_busy_cost. */
enum frsp_busy_program {
	FRSP_BUSY_PROGRAM_COMMIT,
	FRSP_BUSY_PROGRAM_FLAGS,
	FRSP_BUSY_PROGRAM_FREE,
	FRSP_BUSY_PROGRAM_XCLEAR,
	FRSP_BUSY_PROGRAM_XPART,
	FRSP_BUSY_PROGRAM_XBTREE,
	FRSP_BUSY_PROGRAM_XSMALL,
	FRSP_BUSY_PROGRAM_XDROP,
	FRSP_BUSY_PROGRAM_XBEGIN,
	FRSP_BUSY_PROGRAM_XTRIM,
	FRSP_BUSY_PROGRAM_XFORCE,
	FRSP_BUSY_PROGRAM_XNEAR,
	FRSP_BUSY_PROGRAM_XSIZE,
	FRSP_BUSY_NR_PROGRAMS,
};

/* Index into frsp_busy_lost: what could not be counted, and why. */
enum frsp_busy_lost {
	FRSP_BUSY_LOST_FS,     /* no room or memory for the filesystem */
	FRSP_BUSY_LOST_EXTENT, /* no room or memory: freed, but never busy or
				  ended */
	FRSP_BUSY_LOST_END,    /* its end was not seen: has no lifetime */
	FRSP_BUSY_LOST_TASK, /* no memory for what the task is about to free */
	FRSP_BUSY_NR_LOST,
};

#endif
