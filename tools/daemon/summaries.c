// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/summaries.h"

#include <limits.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/sysfs.h"
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

static void set_rate(const char *name, __u64 rate)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/%s", FS_STATUS_ROOT, name);
	sysfs_write_u64(dir, "frsp_scan_rate", rate);
}

static void say_rate(const struct say_kind *kind, const struct filesystem *fs,
		     __u64 before, __u64 after, const char *text)
{
	struct say_fields fields = filesystem_fields(fs);
	char before_text[24], after_text[24];

	snprintf(before_text, sizeof(before_text), "%llu", before);
	snprintf(after_text, sizeof(after_text), "%llu", after);
	fields.before = before_text;
	fields.after = after_text;
	say(kind, &fields, "%s: %s", fs->name, text);
}

static void scan(const struct filesystem *fs, const char *name,
		 const struct summaries_seen *seen)
{
	char text[160];

	set_rate(name, SUMMARIES_SCAN_RATE);
	snprintf(
		text, sizeof(text),
		"frsp.ko knows %llu of %llu block groups: it scans the others, %d a second at most",
		seen->groups_known, seen->groups, SUMMARIES_SCAN_RATE);
	say_rate(&say_scan, fs, seen->scan_rate, SUMMARIES_SCAN_RATE, text);
}

static void apply(struct filesystem *fs, const char *name,
		  const struct summaries_seen *seen)
{
	switch (summaries_decide(seen, &fs->trees)) {
	case SUMMARIES_NOTHING:
		break;
	case SUMMARIES_RESTORE:
		fs->trees_are_wanted = true;
		break;
	case SUMMARIES_SCAN:
		scan(fs, name, seen);
		break;
	case SUMMARIES_END_SCAN:
		set_rate(name, 0);
		say_rate(&say_scan, fs, SUMMARIES_SCAN_RATE, 0,
			 "frsp.ko has scanned all block groups");
		break;
	case SUMMARIES_BY_HAND:
		say_rate(
			&say_by_hand, fs, seen->scan_rate, seen->scan_rate,
			"frsp_scan_rate was set by hand, and is left as it is");
		break;
	}
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
