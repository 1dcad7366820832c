// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/statistics.h"

#include "heat/replay.h"
#include "watch/tested.h"
#include "watch/watch.h"

/* Bios for which the kernel did not run the first program, minus those that the
 * second program found. The two numbers are read at different moments, so the
 * difference may be negative.
 */
static __u64 missed_bios(const struct hot_track *track,
			 const __u64 stats[FRSP_HOT_NR_STATS])
{
	__u64 missed;
	__s64 lost;

	if (hot_track_replay(track))
		return 0;
	missed = watch_missed_runs(hot_track_prog_fd(track));
	lost = missed - stats[FRSP_HOT_STAT_FOUND];

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
	frame->of_pids = hot_track_is_of_pids(track);
	frame->pinned = hot_track_is_pinned(track);
	frame->untested = hot_track_replay(track) ? NULL : tested_untested();
}

void hot_replay_statistics(struct hot_frame *frame,
			   const struct hot_replay *replay)
{
	const struct trace_info *info = hot_replay_info(replay);
	const struct hot_replay_now now = hot_replay_now(replay);

	frame->wall_ns = now.end_ns;
	frame->mono_ns = hot_replay_mono_ns(replay);
	frame->interval_s = (now.end_ns - now.start_ns) / 1e9;
	frame->events_per_s =
		frame->interval_s > 0 ? now.bios / frame->interval_s : 0;
	frame->naming_percent = -1;
	frame->recorded = info;
	frame->recorded_end_ns = hot_replay_end(replay);
}
