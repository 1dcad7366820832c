// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One process works at a time, on one filesystem:
 *
 *   frspctl plan --input=/proc/self/fd/3 --output=PLAN TARGET
 *   frspctl apply --rate=... --max-pressure=... --time-limit=... PLAN
 *
 * or, if nothing is to be moved between tiers,
 *
 *   frspctl defrag --hot --input=/proc/self/fd/3 --output=LIST TARGET
 *   frspctl defrag --hot --input=/proc/self/fd/3 --rate=... TARGET
 *
 * What moves data runs for a while only, and ends at once if somebody unmounts
 * (daemon/give_way.h); the next plan goes on where it has stopped.
 */
#include "daemon/relocation_run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "daemon/decide.h"
#include "daemon/defrag_sum.h"
#include "daemon/give_way.h"
#include "daemon/history.h"
#include "daemon/own_mounts.h"
#include "daemon/plan_sum.h"

/* A plan walks all directories, so it rests for so many times as long. */
#define REST		20
#define USUAL_DIRECTORY "/run/frspd"

bool relocation_may_move(const struct relocation *relocation,
			 const struct filesystem *fs)
{
	return relocation->may_move && fs->mode != CONFIG_OFF &&
	       fs->relocation.tuner == CONFIG_TUNER_APPLY;
}

double relocation_window_s(const struct filesystem *fs)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	return day_window_left_s(&fs->relocation.window, &tm);
}

void relocation_rest(const struct relocation *relocation, struct filesystem *fs)
{
	double rest_s =
		fmax(fs->relocation.interval_s, REST * relocation->plan_s);

	fs->relocation.next_s = clock_monotonic_s() + rest_s;
}

void relocation_tell(struct filesystem *fs, const char *why)
{
	const struct say_fields fields = filesystem_fields(fs);
	char *told = fs->relocation.failure;

	if (!strncmp(told, why, sizeof(fs->relocation.failure) - 1))
		return;
	snprintf(told, sizeof(fs->relocation.failure), "%s", why);
	say(&say_cannot_move, &fields, "%s: relocation: %s", fs->name, why);
}

static void tell_status(struct relocation *relocation, struct filesystem *fs,
			int status)
{
	char text[256];

	command_error(&relocation->command, status, text, sizeof(text));
	relocation_tell(fs, text);
}

/* --- processes ------------------------------------------------------------ */

static int start(struct relocation *relocation, enum relocation_stage stage,
		 const int *fds, size_t n_fds, const struct filesystem *fs)
{
	int err;

	give_way_begin(relocation);
	err = command_start(&relocation->command, fds, n_fds);
	if (err)
		return err;
	relocation->stage = stage;
	relocation->dev = fs->dev;
	relocation->mount_id = fs->mount_id;
	relocation->began_s = clock_monotonic_s();
	relocation->has_job = false;
	return 0;
}

/* Adds the recordings. Returns how many files the process gets, or -errno. */
static int add_history(struct relocation *relocation, int fds[HISTORY_FILES])
{
	struct command *command = &relocation->command;
	int n = relocation->history ? history_files(relocation->history, fds)
				    : -ENODATA;

	for (int i = 0; i < n; i++)
		command_add(command, "--input=/proc/self/fd/%d", 3 + i);
	command_add_file(command, "--policy", relocation->root,
			 "/etc/frsp/policy.conf");
	command_add_file(command, "--config", relocation->root,
			 "/etc/frsp/tiers.conf");
	return n;
}

/* What bounds a process that moves data. */
static void add_bounds(struct command *command, const struct filesystem *fs)
{
	const struct relocation_of *wish = &fs->relocation;
	double left_s = fmin(relocation_window_s(fs), wish->run_s);

	command_add(command, "--progress=off");
	command_add(command, "--rate=%llu", wish->rate);
	command_add(command, "--max-pressure=%g", wish->pressure * 100);
	command_add(command, "--time-limit=%.0f", fmax(left_s, 1));
}

/* The file that a process writes for us, or for "frspctl apply". */
static void name_file(struct relocation *relocation, const char *what,
		      __u32 dev)
{
	snprintf(relocation->file, sizeof(relocation->file), "%s/%s-%u-%u",
		 getenv("RUNTIME_DIRECTORY") ?: USUAL_DIRECTORY, what,
		 dev >> 20, dev & 0xfffff);
	unlink(relocation->file);
}

/* A process that writes relocation->file. */
static int start_writer(struct relocation *relocation,
			enum relocation_stage stage,
			const struct filesystem *fs)
{
	struct command *command = &relocation->command;
	const char *name = stage == RELOCATION_PLANS ? "plan" : "defrag";
	int fds[HISTORY_FILES], n;

	command_begin(command, name);
	if (stage == RELOCATION_LISTS)
		command_add(command, "--hot");
	n = add_history(relocation, fds);
	if (n < 0)
		return n;
	name_file(relocation, name, fs->dev);
	command_add(command, "--output=%s", relocation->file);
	command_add(command, "%s", fs->target);
	return start(relocation, stage, fds, n, fs);
}

int relocation_plan(struct relocation *relocation, struct filesystem *fs)
{
	return start_writer(relocation, RELOCATION_PLANS, fs);
}

static int start_move(struct relocation *relocation, struct filesystem *fs)
{
	struct command *command = &relocation->command;

	command_begin(command, "apply");
	command_add_file(command, "--config", relocation->root,
			 "/etc/frsp/tiers.conf");
	add_bounds(command, fs);
	command_add(command, "%s", relocation->file);
	return start(relocation, RELOCATION_MOVES, NULL, 0, fs);
}

static int start_defrag(struct relocation *relocation, struct filesystem *fs)
{
	struct command *command = &relocation->command;
	int fds[HISTORY_FILES], n;

	command_begin(command, "defrag");
	command_add(command, "--hot");
	n = add_history(relocation, fds);
	if (n < 0)
		return n;
	add_bounds(command, fs);
	command_add(command, "%s", fs->target);
	return start(relocation, RELOCATION_DEFRAGS, fds, n, fs);
}

/* Enters the decision, and begins what it is about. */
static void carry_out(struct relocation *relocation, struct filesystem *fs,
		      int (*begin)(struct relocation *relocation,
				   struct filesystem *fs))
{
	struct decision *decision = &relocation->decision;
	int err;

	if (decide(fs, decision))
		return;
	own_mounts_open(fs);
	err = begin(relocation, fs);
	if (err) {
		decide_failed(decision);
		relocation_tell(fs, strerror(-err));
		return;
	}
	decide_say(&say_moving, fs, decision, "%s", decision->figures);
}

void relocation_note_job(struct relocation *relocation)
{
	if ((relocation->stage == RELOCATION_MOVES ||
	     relocation->stage == RELOCATION_DEFRAGS) &&
	    !relocation->has_job)
		relocation->has_job = !decide_job(&relocation->decision,
						  relocation->command.child);
}

/* --- hot files in many pieces --------------------------------------------- */

static void advise_defrag(struct filesystem *fs, const struct defrag_sum *sum)
{
	const struct say_fields fields = filesystem_fields(fs);

	if (fs->relocation.advised_seeks &&
	    sum->saved < 2 * fs->relocation.advised_seeks)
		return;
	fs->relocation.advised_seeks = sum->saved;
	say(&say_advice, &fields,
	    "%s: %llu files that are in use have %llu extents; to defragment them would save %.0f seeks, and cost %.0f I/Os: \"frspctl defrag --hot %s\" does it",
	    fs->name, sum->n, sum->extents, sum->saved, sum->cost, fs->target);
}

static void describe_defrag(const struct defrag_sum *sum,
			    struct decision *decision)
{
	*decision = (struct decision){
		.tuner = DECISION_OF_RELOCATION,
		.tunable = "extents",
		.scenario =
			"files that are read or written are in many extents",
	};
	snprintf(decision->before, sizeof(decision->before), "%llu",
		 sum->extents);
	snprintf(decision->after, sizeof(decision->after), "%llu", sum->n);
	snprintf(
		decision->figures, sizeof(decision->figures),
		"defragments %llu files with %llu extents; that saves %.0f seeks, and costs %.0f I/Os",
		sum->n, sum->extents, sum->saved, sum->cost);
}

static void end_list(struct relocation *relocation, struct filesystem *fs,
		     int status)
{
	struct defrag_sum sum = {0};
	int err = status ? 0 : defrag_sum_read(relocation->file, &sum);

	relocation_rest(relocation, fs);
	unlink(relocation->file);
	if (status) {
		tell_status(relocation, fs, status);
	} else if (err) {
		relocation_tell(fs, strerror(-err));
	} else if (!sum.n) {
		fs->relocation.advised_seeks = 0;
	} else if (relocation_may_move(relocation, fs)) {
		describe_defrag(&sum, &relocation->decision);
		carry_out(relocation, fs, start_defrag);
	} else {
		advise_defrag(fs, &sum);
	}
}

/* --- hot ranges on the slow tier ------------------------------------------ */

static void advise(struct relocation *relocation, struct filesystem *fs,
		   const struct plan_sum *sum)
{
	const struct say_fields fields = filesystem_fields(fs);
	char fast[FMT_LEN], slow[FMT_LEN];

	if (fs->relocation.advised_saves &&
	    sum->saves < 2 * fs->relocation.advised_saves)
		return;
	fs->relocation.advised_saves = sum->saves;
	say(&say_advice, &fields,
	    "%s: to move %s to the fast tier and %s to the slow one would save %.0f I/Os of the slow tier in %g h, and cost %.0f: \"frspctl apply %s\" does it",
	    fs->name, fmt_bytes(fast, sum->to_fast, false),
	    fmt_bytes(slow, sum->to_slow, false), sum->saves, sum->horizon_h,
	    sum->cost, relocation->file);
}

static void describe(const struct plan_sum *sum, struct decision *decision)
{
	char fast[FMT_LEN], slow[FMT_LEN];

	*decision = (struct decision){
		.tuner = DECISION_OF_RELOCATION,
		.tunable = "fast_tier_bytes",
	};
	snprintf(decision->before, sizeof(decision->before), "%llu",
		 sum->fast_used);
	snprintf(decision->after, sizeof(decision->after), "%llu",
		 sum->fast_used + sum->to_fast - sum->to_slow);
	snprintf(decision->scenario, sizeof(decision->scenario), "%s",
		 policy_rule_text(sum->rule));
	snprintf(
		decision->figures, sizeof(decision->figures),
		"%s to the fast tier, %s to the slow one, %llu ranges; that saves %.0f I/Os of the slow tier in %g h, and costs %.0f",
		fmt_bytes(fast, sum->to_fast, false),
		fmt_bytes(slow, sum->to_slow, false), sum->n, sum->saves,
		sum->horizon_h, sum->cost);
}

/* A filesystem without tiers has no plan, but files to defragment. */
static void end_plan(struct relocation *relocation, struct filesystem *fs,
		     int status)
{
	struct plan_sum sum = {0};
	int err = status ? 0 : plan_sum_read(relocation->file, &sum);

	relocation->plan_s = clock_monotonic_s() - relocation->began_s;
	relocation_rest(relocation, fs);
	if (status)
		tell_status(relocation, fs, status);
	if (err) {
		relocation_tell(fs, strerror(-err));
	} else if (!sum.n) {
		fs->relocation.advised_saves = 0;
		unlink(relocation->file);
		err = start_writer(relocation, RELOCATION_LISTS, fs);
		if (err)
			relocation_tell(fs, strerror(-err));
	} else if (relocation_may_move(relocation, fs)) {
		describe(&sum, &relocation->decision);
		carry_out(relocation, fs, start_move);
	} else {
		advise(relocation, fs, &sum);
	}
}

static void tell_nothing_moved(struct relocation *relocation,
			       struct filesystem *fs, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		relocation_tell(
			fs,
			"nothing could be moved: the files are in use or have changed, or there is no place for them");
	else if (status)
		tell_status(relocation, fs, status);
}

/* A run that has moved something has not failed, also if some files stayed. */
static void end_move(struct relocation *relocation, struct filesystem *fs,
		     int status)
{
	struct decision *decision = &relocation->decision;
	char text[FMT_LEN];
	__u64 moved = 0;

	decide_moved(decision, &moved);
	if (moved) {
		decide_say(&say_moved, fs, decision, "%s moved",
			   fmt_bytes(text, moved, false));
		*fs->relocation.failure = '\0';
	} else {
		decide_failed(decision);
		if (!relocation->way.is_giving)
			tell_nothing_moved(relocation, fs, status);
	}
	unlink(relocation->file);
	relocation_rest(relocation, fs);
}

void relocation_step(struct relocation *relocation, struct filesystem *fs,
		     int status)
{
	enum relocation_stage stage = relocation->stage;

	relocation_note_job(relocation);
	relocation->stage = RELOCATION_IDLE;
	if (!fs) {
		unlink(relocation->file);
		return;
	}
	switch (stage) {
	case RELOCATION_PLANS:
	case RELOCATION_LISTS:
		if (relocation->way.is_giving)
			unlink(relocation->file);
		else if (stage == RELOCATION_PLANS)
			end_plan(relocation, fs, status);
		else
			end_list(relocation, fs, status);
		break;
	case RELOCATION_MOVES:
	case RELOCATION_DEFRAGS:
		end_move(relocation, fs, status);
		break;
	case RELOCATION_IDLE:
		break;
	}
}
