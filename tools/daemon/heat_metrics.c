// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/heat_metrics.h"

#include "heat/monitor_parts.h"
#include "heat/statistics.h"

int heat_metrics_read(struct hot_monitor *monitor, struct metrics *metrics)
{
	const struct hot_track *track = hot_monitor_parts(monitor).track;
	__u64 stats[FRSP_HOT_NR_STATS];
	struct hot_frame frame = {0};
	int err = hot_track_stats(track, stats);

	if (err)
		return err;
	hot_statistics(&frame, track, stats);
	metrics->ios = frame.events;
	metrics->dropped = frame.dropped;
	metrics->missed = frame.missed;
	metrics->evicted = frame.n_evicted;
	metrics->slots = frame.n_slots;
	metrics->slots_used = frame.n_used;
	metrics->map_bytes = hot_track_map_bytes(track);
	metrics->io_seconds = frame.ns_per_event / 1e9;
	return 0;
}
