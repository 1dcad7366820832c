/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of what frsp did, per CPU and filesystem. Each counter is a file of
 * its name in /sys/fs/ext4/DEV/frsp/ (uapi/counters.h), and each one that
 * stands for a decision has a tracepoint frsp_NAME.
 */
#ifndef FRSP_STATS_H
#define FRSP_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "uapi/counters.h"

enum frsp_counter {
#define FRSP_ENUM(name) FRSP_STAT_##name,
	FRSP_COUNTERS(FRSP_ENUM)
#undef FRSP_ENUM
		FRSP_NR_COUNTERS,
};

struct frsp_stats {
	u64 count[FRSP_NR_COUNTERS];
};

#define frsp_count(fs, name) frsp_count_more(fs, name, 1)
#define frsp_count_more(fs, name, n)                                           \
	this_cpu_add((fs)->stats->count[FRSP_STAT_##name], n)

#endif
