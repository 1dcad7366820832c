/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What a BPF program costs, measured by itself: the time of every 128th event
 * of a CPU is taken. (The kernel's own count of run times taxes each program of
 * the machine, and patches its code to be switched on.)
 *
 * Includers provide __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_COST_H
#define FRSP_COST_H

#define COST_SAMPLE_EVERY 128

/* Of one program, per CPU. */
struct frsp_cost {
	__u64 events;
	__u64 samples;	  /* of which the time was taken */
	__u64 sampled_ns; /* of those, in all */
};

#endif
