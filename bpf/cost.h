/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A BPF program measures its own cost: the time of every 128th event of a CPU.
 * (The kernel can measure run times, too, but that slows down every BPF program
 * of the machine, and the kernel patches its code to switch it on.)
 *
 * Includers provide __u64 (vmlinux.h or linux/types.h).
 */
#ifndef FRSP_COST_H
#define FRSP_COST_H

#define COST_SAMPLE_EVERY 128

/* Whether to measure event n of a CPU; never the first one (0), which finds all
 * caches cold.
 */
#define COST_IS_SAMPLED(n) ((n) % COST_SAMPLE_EVERY == COST_SAMPLE_EVERY / 2)

/* The cost of one program, per CPU. */
struct frsp_cost {
	__u64 events;
	__u64 samples;	  /* events whose time was measured */
	__u64 sampled_ns; /* the sum of these times */
};

#endif
