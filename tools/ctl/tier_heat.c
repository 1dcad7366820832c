// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/tier_heat.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "heat/disk_heat.h"
#include "heat/monitor.h"
#include "watch/pin.h"

struct tier_heat_source {
	struct hot_monitor *monitor; /* NULL: .missing says why */
	struct hot_frame frame;
	const char *missing, *remedy;
};

/* Why the pinned table cannot be read. */
static void explain(struct tier_heat_source *source, int err)
{
	char other[PATH_MAX];

	source->missing = "the pinned programs cannot be read";
	source->remedy = "\"sudo frsp-top\" says why";
	if (err != -ENOENT)
		return;
	source->missing = "nothing records it";
	source->remedy = "\"sudo frsp-top --pin\" records it from then on";
	if (watch_pin_other(other, sizeof(other)))
		return;
	source->missing = "another version of frsp-top records it";
	source->remedy =
		"\"frsp-top --unpin\" of that version, and then \"sudo frsp-top --pin\"";
}

static int open_monitor(struct tier_heat_source *source)
{
	const struct hot_monitor_options options = {
		.track = {.memory = HOT_TRACK_DEFAULT_MEMORY,
			  .half_life_s = HOT_TRACK_DEFAULT_HALF_LIFE_S,
			  .only_pinned = true},
		.no_scan = true,
	};
	const struct hot_frame_request request = {.ranges = true,
						  .no_metadata = true};
	struct mount_table *mounts;
	int err;

	if (!watch_pin_is_there(HOT_TRACK_OBJECT))
		return -ENOENT;
	err = mount_table_read(&mounts);
	if (!err)
		err = hot_monitor_open(&options, mounts, &source->monitor);
	if (!err)
		err = hot_monitor_sample(source->monitor, &request,
					 &source->frame);
	return err;
}

struct tier_heat_source *tier_heat_open(void)
{
	struct tier_heat_source *source = calloc(1, sizeof(*source));
	int err = source ? open_monitor(source) : -ENOMEM;

	if (source && err) {
		hot_monitor_close(source->monitor);
		source->monitor = NULL;
		explain(source, err);
	}
	return source;
}

void tier_heat_close(struct tier_heat_source *source)
{
	if (!source)
		return;
	hot_monitor_close(source->monitor);
	free(source);
}

const struct hot_rows *tier_heat_ranges(const struct tier_heat_source *source,
					const char **missing,
					const char **remedy)
{
	*missing = source->missing;
	*remedy = source->remedy;
	return source->missing ? NULL : &source->frame.ranking.ranges;
}

int tier_heat_read(const struct tier_heat_source *source,
		   const struct mount_entry *mount, const struct tiers *tiers,
		   struct tier_heat *heat)
{
	struct disk_heat found;
	int err;

	*heat = (struct tier_heat){.missing = source->missing,
				   .remedy = source->remedy};
	if (heat->missing)
		return 0;
	err = disk_heat_read(&source->frame.ranking.ranges, mount, &found);
	if (err)
		return err;
	heat->total = found.total;
	heat->placed = heat_pieces_sum(&found.pieces);
	heat_by_tier(&found.pieces, tiers, heat->tiers);
	disk_heat_free(&found);
	return 0;
}

double tier_heat_percent(const struct tier_heat *heat, unsigned int tier)
{
	return heat->placed > 0 ? heat->tiers[tier] / heat->placed * 100 : -1;
}
