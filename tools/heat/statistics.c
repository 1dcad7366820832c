// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/statistics.h"

#include "watch/tested.h"
#include "watch/watch.h"

/* Bios for which the kernel did not run the first program, minus those that the
 * second program found. The two numbers are read at different moments, so the
 * difference may be negative.
 */
static __u64 missed_bios(const struct hot_track *track,
			 const __u64 stats[FRSP_HOT_NR_STATS])
{
	__u64 missed = watch_missed_runs(hot_track_prog_fd(track));
	__s64 lost = missed - stats[FRSP_HOT_STAT_FOUND];

	return lost > 0 ? lost : 0;
}

void hot_statistics(struct hot_frame *frame, const struct hot_track *track,
		    const __u64 stats[FRSP_HOT_NR_STATS])
{
	frame->processes_lost = stats[FRSP_HOT_STAT_NO_ACTOR];
	frame->nobody_bytes = stats[FRSP_HOT_STAT_NOBODY_BYTES];
	frame->mover_bytes = stats[FRSP_HOT_STAT_MOVER_BYTES];
	frame->dropped = stats[FRSP_HOT_STAT_DROPPED];
	frame->missed = missed_bios(track, stats);
	frame->unnamed = stats[FRSP_HOT_STAT_UNNAMED];
	frame->n_evicted = stats[FRSP_HOT_STAT_EVICTED];
	frame->n_used = stats[FRSP_HOT_STAT_SLOTS] - frame->n_evicted;
	frame->n_slots = hot_track_table(track)->n_slots;
	frame->events = stats[FRSP_HOT_STAT_EVENTS];
	frame->ns_per_event =
		stats[FRSP_HOT_STAT_SAMPLES]
			? (double)stats[FRSP_HOT_STAT_SAMPLED_NS] /
				  stats[FRSP_HOT_STAT_SAMPLES]
			: 0;
	frame->pinned = hot_track_is_pinned(track);
	frame->untested = tested_untested();
}
