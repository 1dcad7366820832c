// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/summaries.h"

#include <limits.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/sysfs.h"
#include "daemon/decide.h"
#include "module/fs_status.h"

#define ROUND_S 5

static void see(const char *name, struct summaries_seen *seen)
{
	struct fs_status status;
	const char *file;

	*seen = (struct summaries_seen){.now_s = clock_monotonic_s()};
	if (!fs_status_is_attached(FS_STATUS_ROOT, name) ||
	    fs_status_read(FS_STATUS_ROOT, name, &status, &file))
		return;
	seen->is_attached = true;
	seen->groups = status.groups;
	seen->groups_known = status.groups_known;
	seen->scan_rate = status.frsp_scan_rate;
	seen->scan_left = status.scan_left;
}

static int set_rate(const char *name, __u64 rate)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/%s", FS_STATUS_ROOT, name);
	return sysfs_write_u64(dir, "frsp_scan_rate", rate);
}

/* Enters the decision, and carries it out. Writing fails only if the filesystem
 * has gone meanwhile. False: it is not entered, so nothing was done.
 */
static bool change_rate(const struct filesystem *fs, const char *name,
			const struct summaries_seen *seen, __u64 rate,
			const char *scenario)
{
	struct decision decision = {
		.tuner = DECISION_OF_SUMMARIES,
		.tunable = "frsp_scan_rate",
	};

	snprintf(decision.before, sizeof(decision.before), "%llu",
		 seen->scan_rate);
	snprintf(decision.after, sizeof(decision.after), "%llu", rate);
	snprintf(decision.scenario, sizeof(decision.scenario), "%s", scenario);
	snprintf(
		decision.figures, sizeof(decision.figures),
		"frsp.ko knows %llu of %llu block groups, and has %llu to scan",
		seen->groups_known, seen->groups, seen->scan_left);
	if (decide(fs, &decision))
		return false;
	if (set_rate(name, rate)) {
		decide_failed(&decision);
		return true;
	}
	if (rate)
		decide_say(
			&say_scan, fs, &decision,
			"frsp.ko knows %llu of %llu block groups: it scans the others, %llu a second at most",
			seen->groups_known, seen->groups, rate);
	else
		decide_say(&say_scan, fs, &decision,
			   "frsp.ko has scanned all block groups");
	return true;
}

static void leave_rate(const struct filesystem *fs,
		       const struct summaries_seen *seen)
{
	struct say_fields fields = filesystem_fields(fs);
	char rate[24];

	snprintf(rate, sizeof(rate), "%llu", seen->scan_rate);
	fields.before = fields.after = rate;
	say(&say_by_hand, &fields,
	    "%s: frsp_scan_rate was set by hand, and is left as it is",
	    fs->name);
}

static void apply(struct filesystem *fs, const char *name,
		  const struct summaries_seen *seen)
{
	enum summaries_action action = summaries_decide(seen, &fs->trees);
	bool is_done = true;

	switch (action) {
	case SUMMARIES_NOTHING:
		break;
	case SUMMARIES_RESTORE:
		fs->trees_are_wanted = true;
		break;
	case SUMMARIES_SCAN:
		is_done = change_rate(
			fs, name, seen, SUMMARIES_SCAN_RATE,
			"frsp.ko does not know all block groups, and learns no more");
		break;
	case SUMMARIES_END_SCAN:
		is_done = change_rate(fs, name, seen, 0, "the scan is over");
		break;
	case SUMMARIES_BY_HAND:
		leave_rate(fs, seen);
		break;
	}
	if (!is_done)
		summaries_undone(action, &fs->trees);
}

/* Once. */
static void advise(struct filesystem *fs, const struct summaries_seen *seen)
{
	struct say_fields fields = filesystem_fields(fs);

	if (fs->summaries_advised || !seen->is_attached ||
	    seen->groups_known >= seen->groups)
		return;
	fs->summaries_advised = true;
	say(&say_summaries, &fields,
	    "%s: frsp.ko knows %llu of %llu block groups: \"summaries = apply\" would give it what was saved of the others, or have it scan them",
	    fs->name, seen->groups_known, seen->groups);
}

void summaries_tick(struct summaries_tuner *tuner,
		    struct filesystems *filesystems)
{
	double now_s = clock_monotonic_s();
	char name[MOUNT_NAME_LEN];
	struct summaries_seen seen;

	if (now_s < tuner->next_s)
		return;
	tuner->next_s = now_s + ROUND_S;
	for (size_t i = 0; i < filesystems->n; i++) {
		struct filesystem *fs = &filesystems->list[i];

		if (fs->mode == CONFIG_OFF ||
		    fs->summaries == CONFIG_TUNER_OBSERVE)
			continue;
		mount_name_or_number(fs->dev, name);
		see(name, &seen);
		if (!seen.is_attached)
			fs->trees_are_back = false;
		if (fs->summaries == CONFIG_TUNER_APPLY)
			apply(fs, name, &seen);
		else
			advise(fs, &seen);
	}
}
