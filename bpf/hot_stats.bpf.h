/* SPDX-License-Identifier: GPL-2.0-only */
/* The counters of bpf/hot.bpf.c: enum frsp_hot_stat in hot.h. */
#ifndef FRSP_HOT_STATS_BPF_H
#define FRSP_HOT_STATS_BPF_H

#include "hot.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, FRSP_HOT_NR_STATS);
	__type(key, __u32);
	__type(value, __u64);
} hotmon_stats SEC(".maps");

static __always_inline void stat_add(enum frsp_hot_stat stat, __u64 n)
{
	__u32 key = stat;
	__u64 *value = bpf_map_lookup_elem(&hotmon_stats, &key);

	/* atomic: this program may be preempted by another on the same CPU */
	if (value)
		__sync_fetch_and_add(value, n);
}

#endif
