/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of a frame, from those of the BPF programs. */
#ifndef FRSP_HOT_STATISTICS_H
#define FRSP_HOT_STATISTICS_H

#include "heat/monitor.h"

/* Fills in what the programs counted since the start, and how they run. */
void hot_statistics(struct hot_frame *frame, const struct hot_track *track,
		    const __u64 stats[FRSP_HOT_NR_STATS]);

/* Fills in the times of a frame of a recording, and of which. */
void hot_replay_statistics(struct hot_frame *frame,
			   const struct hot_replay *replay);

#endif
