// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A write to mb_frsp_max_mem returns when no more is in use, which takes a while
 * if a tree is just being loaded. So the process aside writes; if it has no
 * answer in time, the value that frsp.ko shows by then says whether it was set.
 */
#include "daemon/trees.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/aside.h"
#include "base/clock.h"
#include "base/pressure.h"
#include "base/sysfs.h"
#include "daemon/decide.h"
#include "module/fs_status.h"

/* --- what is seen --------------------------------------------------------- */

/* The value that the tuner has set last; false: none, or it was taken back. */
static bool read_past(const struct filesystem *fs, enum trees_tunable tunable,
		      __u64 *value)
{
	struct decision last = {.tuner = DECISION_OF_TREES};

	snprintf(last.tunable, sizeof(last.tunable), "%s",
		 trees_tunable_file(tunable));
	if (decide_last(fs, &last) || last.state != DECISION_MADE)
		return false;
	*value = strtoull(last.after, NULL, 10);
	return true;
}

/* Once for each filesystem, as soon as its UUID is known. */
static const struct trees_past *past_of(struct filesystem *fs)
{
	struct trees_past *past = &fs->tree_memory.past;

	if (!fs->tree_memory.past_is_read) {
		fs->tree_memory.past_is_read = true;
		past->has_cap = read_past(fs, TREES_CAP, &past->cap);
		past->has_level = read_past(fs, TREES_LEVEL, &past->level);
	}
	return past;
}

static void see(struct filesystem *fs, double pressure, struct trees_seen *seen)
{
	char name[MOUNT_NAME_LEN];
	struct fs_status status;
	const char *file;

	*seen = (struct trees_seen){.now_s = clock_monotonic_s()};
	mount_name_or_number(fs->dev, name);
	if (!fs_status_is_attached(FS_STATUS_ROOT, name) ||
	    fs_status_read(FS_STATUS_ROOT, name, &status, &file))
		return;
	*seen = (struct trees_seen){
		.is_attached = true,
		.cap = status.mb_frsp_max_mem,
		.used = status.frsp_tree_usage,
		.level = status.frsp_cache_aggression,
		.cap_is_given = status.cap_is_given,
		.evictions = status.evictions,
		.drops = status.drops,
		.reloads = status.group_reloads,
		.wait_ns = status.reload_wait_ns,
		.requests = status.goals_offered + status.stood_aside,
		.stood_aside = status.stood_aside,
		.groups = status.groups,
		.groups_known = status.groups_known,
		.pressure = pressure,
		.now_s = seen->now_s,
		.past = *past_of(fs),
	};
}

/* The share of the time since the last look in which some task waited for
 * memory; 0 at first, and where the kernel does not say.
 */
static double pressure_since(struct trees_tuner *tuner, double now_s)
{
	__u64 waited_us = 0, before_us = tuner->waited_us;
	double before_s = tuner->looked_s;

	if (!pressure_read("memory", &waited_us))
		waited_us = before_us;
	tuner->waited_us = waited_us;
	tuner->looked_s = now_s;
	return before_s && waited_us > before_us
		       ? (waited_us - before_us) / 1e6 / (now_s - before_s)
		       : 0;
}

/* --- what is changed ------------------------------------------------------ */

struct change {
	char name[MOUNT_NAME_LEN];
	enum trees_tunable tunable;
	__u64 before, after;
};

static int read_now(const struct change *change, __u64 *value)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/%s", FS_STATUS_ROOT, change->name);
	return sysfs_read_u64(dir, trees_tunable_file(change->tunable), value);
}

/* -ESTALE: it has another value than it had. */
static int write_aside(void *message, int *no_fd)
{
	const struct change *change = message;
	char dir[PATH_MAX];
	__u64 now;
	int err = read_now(change, &now);

	(void)no_fd;
	if (err)
		return err;
	if (now != change->before)
		return -ESTALE;
	snprintf(dir, sizeof(dir), "%s/%s", FS_STATUS_ROOT, change->name);
	return sysfs_write_u64(dir, trees_tunable_file(change->tunable),
			       change->after);
}

static int make_change(const struct filesystem *fs,
		       const struct trees_choice *choice)
{
	struct change change = {.tunable = choice->tunable,
				.before = choice->before,
				.after = choice->after};
	__u64 now;
	int err;

	mount_name_or_number(fs->dev, change.name);
	err = aside(write_aside, &change, sizeof(change), fs->mount_id, NULL);
	if (err == -ETIMEDOUT && !read_now(&change, &now) &&
	    now == choice->after)
		err = 0;
	return err;
}

/* --- what is said --------------------------------------------------------- */

static void describe(const struct trees_seen *seen,
		     const struct trees_choice *choice,
		     struct decision *decision)
{
	const struct trees_round *round = &choice->round;

	*decision = (struct decision){.tuner = DECISION_OF_TREES};
	snprintf(decision->tunable, sizeof(decision->tunable), "%s",
		 trees_tunable_file(choice->tunable));
	snprintf(decision->before, sizeof(decision->before), "%llu",
		 choice->before);
	snprintf(decision->after, sizeof(decision->after), "%llu",
		 choice->after);
	snprintf(decision->scenario, sizeof(decision->scenario), "%s",
		 trees_scenario_text(choice->scenario));
	snprintf(
		decision->figures, sizeof(decision->figures),
		"in %.1f s %llu requests waited %.1f us for trees on average, %llu stood aside, %llu groups were loaded again, %llu trees were evicted and %llu dropped; %llu bytes are in use; %llu of %llu groups are known; tasks waited for memory %.1f%% of the time",
		round->seconds, round->requests, trees_wait_ns(round) / 1000,
		round->stood_aside, round->reloads, round->evictions,
		round->drops, seen->used, seen->groups_known, seen->groups,
		seen->pressure * 100);
}

static void say_hands_off(const struct filesystem *fs,
			  const struct trees_choice *choice)
{
	struct say_fields fields = filesystem_fields(fs);
	char value[24];

	snprintf(value, sizeof(value), "%llu", choice->after);
	fields.tuner = DECISION_OF_TREES;
	fields.tunable = trees_tunable_file(choice->tunable);
	fields.before = fields.after = value;
	say(&say_by_hand, &fields,
	    "%s: %s was set by hand to %s, and is left as it is", fs->name,
	    fields.tunable, value);
}

/* Once for each cause, until another one comes. */
static void advise(struct filesystem *fs, const struct trees_choice *choice,
		   const struct decision *decision)
{
	enum trees_scenario *advised =
		&fs->tree_memory.advised[choice->tunable];

	if (*advised == choice->scenario)
		return;
	*advised = choice->scenario;
	decide_say(&say_trees_advice, fs, decision,
		   "\"trees = apply\" would set %s from %s to %s: %s",
		   decision->tunable, decision->before, decision->after,
		   decision->scenario);
}

static void say_failed(struct filesystem *fs, const struct decision *decision,
		       int err)
{
	if (!fs->tree_memory.failure_told)
		decide_say(&say_trees_failed, fs, decision,
			   "%s cannot be set from %s to %s: %s",
			   decision->tunable, decision->before, decision->after,
			   strerror(-err));
	fs->tree_memory.failure_told = true;
}

static void apply(struct filesystem *fs, const struct trees_choice *choice,
		  struct decision *decision)
{
	struct trees_of *trees = &fs->tree_memory;
	int err;

	if (decide(fs, decision))
		return;
	err = make_change(fs, choice);
	if (err) {
		decide_failed(decision);
		if (err == -ESTALE)
			trees_lost(&trees->memory, choice->tunable);
		else
			say_failed(fs, decision, err);
		return;
	}
	trees_changed(&trees->memory, choice, clock_monotonic_s());
	trees->failure_told = false;
	if (choice->after > choice->before)
		trees->n_raised++;
	else
		trees->n_lowered++;
	decide_say(&say_trees, fs, decision, "%s is %s, and was %s: %s",
		   decision->tunable, decision->after, decision->before,
		   decision->scenario);
}

/* --- a round -------------------------------------------------------------- */

static void tune(struct filesystem *fs, double pressure)
{
	struct trees_of *trees = &fs->tree_memory;
	struct decision decision;
	struct trees_choice choice;
	struct trees_seen seen;

	see(fs, pressure, &seen);
	choice = trees_decide(&seen, &trees->bounds, &trees->memory);
	if (choice.scenario == TREES_STAYS)
		return;
	if (choice.scenario == TREES_BY_HAND) {
		say_hands_off(fs, &choice);
		return;
	}
	describe(&seen, &choice, &decision);
	if (trees->tuner == CONFIG_TUNER_APPLY)
		apply(fs, &choice, &decision);
	else
		advise(fs, &choice, &decision);
}

void trees_tick(struct trees_tuner *tuner, struct filesystems *filesystems)
{
	double now_s = clock_monotonic_s(), pressure;

	if (tuner->looked_s && now_s < tuner->looked_s + TREES_ROUND_S)
		return;
	pressure = pressure_since(tuner, now_s);
	for (size_t i = 0; i < filesystems->n; i++) {
		struct filesystem *fs = &filesystems->list[i];

		/* without a UUID, its decisions are not known */
		if (fs->mode != CONFIG_OFF && *fs->uuid &&
		    fs->tree_memory.tuner != CONFIG_TUNER_OBSERVE)
			tune(fs, pressure);
	}
}
