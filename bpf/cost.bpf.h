/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF half of cost.h: a map with a struct frsp_cost per program, and the
 * two calls around a program's work.
 *
 * Between the two calls no other task runs on the CPU. Up to 6.19 that is so in
 * every tracepoint; from 7.0 on the two calls see to it (see hot_once.bpf.h).
 * Otherwise another program could change the CPU's slots in the middle of the
 * work, and the kernel would skip the program for all other tasks meanwhile.
 *
 * hot.bpf.c does not use these calls. Disabling preemption would leave it a gap
 * (hot_once.bpf.h), so two programs share its counters, which are atomic where
 * they can be preempted. Besides, its stack is at the limit of 512 bytes for
 * 6.1, compiled with clang 19.
 */
#ifndef FRSP_COST_BPF_H
#define FRSP_COST_BPF_H

#include "compat.bpf.h"
#include "cost.h"

#define COST_MAP(name, n_programs)                                             \
	struct {                                                               \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                       \
		__uint(max_entries, n_programs);                               \
		__type(key, __u32);                                            \
		__type(value, struct frsp_cost);                               \
	} name SEC(".maps")

/* Counts an event. Returns the time when it began; 0: do not measure it. */
static __always_inline __u64 cost_begin(void *map, __u32 program)
{
	struct frsp_cost *cost;

	if (may_be_preempted())
		bpf_preempt_disable();
	cost = bpf_map_lookup_elem(map, &program);
	return cost && COST_IS_SAMPLED(cost->events++) ? bpf_ktime_get_ns() : 0;
}

static __always_inline void cost_end(void *map, __u32 program, __u64 began_ns)
{
	struct frsp_cost *cost =
		began_ns ? bpf_map_lookup_elem(map, &program) : NULL;

	if (cost) {
		cost->samples++;
		cost->sampled_ns += bpf_ktime_get_ns() - began_ns;
	}
	if (may_be_preempted())
		bpf_preempt_enable();
}

#endif
