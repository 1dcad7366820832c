/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What bpf/disk.bpf.c and its reader share: how long the requests of each disk
 * took, since the program was attached.
 *
 * Includers provide __u32 and __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_DISK_H
#define FRSP_DISK_H

#include "cost.h"
#include "loglin_hist.h"

/* As /proc/diskstats distinguishes them; discards are neither. */
enum frsp_disk_op {
	FRSP_DISK_READ,
	FRSP_DISK_WRITE,
	FRSP_DISK_NR_OPS,
};

/* Until the request was completed, since the moment when ... */
enum frsp_disk_since {
	FRSP_DISK_QUEUED, /* it was made of its first bio */
	FRSP_DISK_ISSUED, /* it was given to the driver */
	FRSP_DISK_NR_SINCE,
};

/* Requests of one kind: each is in one bucket of each histogram, or counted
 * as untimed, because the kernel did not note that time.
 */
struct frsp_disk_requests {
	__u64 ns[FRSP_DISK_NR_SINCE][LOGLIN_BUCKETS];
	__u64 untimed[FRSP_DISK_NR_SINCE];
};

/* Value of frsp_disk_disks, per CPU; key: kernel dev_t of the whole disk. */
struct frsp_disk_times {
	struct frsp_disk_requests ops[FRSP_DISK_NR_OPS];
};

/* Index into frsp_disk_cost. */
enum frsp_disk_program {
	FRSP_DISK_PROGRAM_COMPLETE,
	FRSP_DISK_NR_PROGRAMS,
};

/* Index into frsp_disk_lost: requests that could not be counted, and why. */
enum frsp_disk_lost {
	FRSP_DISK_LOST_DISK, /* no room for the disk */
	FRSP_DISK_NR_LOST,
};

#endif
