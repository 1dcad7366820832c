// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * When something is due, and what a process may do. frspd asks the kernel how
 * long tasks wait for I/O only while no process runs, and the mover only while
 * it pauses, so that its own waiting does not count.
 */
#include "daemon/relocation.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pressure.h"
#include "daemon/give_way.h"
#include "daemon/history.h"
#include "daemon/relocation_run.h"
#include "daemon/say.h"
#include "heat/monitor.h"

#define MAX_FS 256

static struct filesystem *find(struct filesystems *filesystems, __u32 dev,
			       int mount_id)
{
	for (size_t i = 0; i < filesystems->n; i++) {
		struct filesystem *fs = &filesystems->list[i];

		if (fs->dev == dev && fs->mount_id == mount_id)
			return fs;
	}
	return NULL;
}

static bool is_wanted(const struct filesystem *fs)
{
	return fs->mode != CONFIG_OFF &&
	       fs->relocation.tuner != CONFIG_TUNER_OBSERVE;
}

/* Looks after the process that runs. */
static void look_after(struct relocation *relocation,
		       struct filesystems *filesystems)
{
	struct filesystem *fs =
		find(filesystems, relocation->dev, relocation->mount_id);
	bool moves = relocation->stage == RELOCATION_MOVES ||
		     relocation->stage == RELOCATION_DEFRAGS;
	int status;

	relocation_note_job(relocation);
	if (!fs || !is_wanted(fs) ||
	    (moves && !relocation_may_move(relocation, fs)))
		kill(relocation->command.child, SIGTERM);
	if (command_has_ended(&relocation->command, &status))
		relocation_step(relocation, fs, status);
}

/* --- what is due ---------------------------------------------------------- */

/* The share of the time since the last look in which some task waited for I/O;
 * 0 where the kernel does not say.
 */
static void look_at_pressure(struct relocation *relocation)
{
	double now_s = clock_monotonic_s();
	__u64 waited_us = 0;

	if (!pressure_read("io", &waited_us))
		waited_us = relocation->waited_us;
	relocation->pressure = relocation->looked_s
				       ? (waited_us - relocation->waited_us) /
						 1e6 /
						 (now_s - relocation->looked_s)
				       : 0;
	relocation->waited_us = waited_us;
	relocation->looked_s = now_s;
}

/* Says once that it waits for others. */
static bool is_too_busy(const struct relocation *relocation,
			struct filesystem *fs)
{
	const struct say_fields fields = filesystem_fields(fs);
	struct relocation_of *wish = &fs->relocation;
	bool is_busy = relocation->pressure > wish->pressure;

	if (is_busy && !wish->paused_told)
		say(&say_paused, &fields,
		    "%s: relocation waits: programs wait for I/O %.0f%% of the time, more than %.0f%%",
		    fs->name, relocation->pressure * 100, wish->pressure * 100);
	wish->paused_told = is_busy;
	return is_busy;
}

/* Whether the table of heat has files of it. */
static bool has_heat(struct hot_monitor *monitor, __u32 dev)
{
	static struct hot_filesystem list[MAX_FS];
	size_t n = hot_monitor_filesystems(monitor, list, MAX_FS);

	for (size_t i = 0; i < n; i++)
		if (list[i].dev == dev)
			return true;
	return false;
}

static bool is_due(const struct relocation *relocation, struct filesystem *fs,
		   struct hot_monitor *monitor)
{
	double now_s = clock_monotonic_s();
	struct relocation_of *wish = &fs->relocation;

	if (!is_wanted(fs) || give_way_rests(relocation))
		return false;
	if (!wish->next_s) /* there must be a history first */
		wish->next_s = now_s + wish->interval_s;
	if (now_s < wish->next_s || !has_heat(monitor, fs->dev))
		return false;
	return !relocation_may_move(relocation, fs) ||
	       (relocation_window_s(fs) > 0 && !is_too_busy(relocation, fs));
}

static void start_what_is_due(struct relocation *relocation,
			      struct hot_monitor *monitor,
			      struct filesystems *filesystems)
{
	int err;

	for (size_t i = 0;
	     i < filesystems->n && !relocation->command.is_running; i++) {
		struct filesystem *fs = &filesystems->list[i];

		if (!is_due(relocation, fs, monitor))
			continue;
		relocation_rest(relocation, fs);
		err = relocation_plan(relocation, fs);
		if (err)
			relocation_tell(fs, strerror(-err));
	}
}

static bool is_any_wanted(const struct filesystems *filesystems)
{
	for (size_t i = 0; i < filesystems->n; i++)
		if (is_wanted(&filesystems->list[i]))
			return true;
	return false;
}

/* Keeps the history while a filesystem wants it. False: there is none. */
static bool keep_history(struct relocation *relocation,
			 struct hot_monitor *monitor,
			 const struct filesystems *filesystems)
{
	int err = 0;

	if (!is_any_wanted(filesystems)) {
		history_end(relocation->history);
		relocation->history = NULL;
		return false;
	}
	if (!relocation->history)
		err = history_begin(monitor, &relocation->history);
	else
		err = history_tick(relocation->history);
	if (err) {
		history_end(relocation->history);
		relocation->history = NULL;
	}
	if (err && err != relocation->told_err && err != -ECANCELED)
		say(&say_cannot_move, NULL,
		    "relocation: the history of heat is lost: %s",
		    strerror(-err));
	relocation->told_err = err;
	return !err;
}

int relocation_tick(struct relocation *relocation, struct hot_monitor *monitor,
		    struct filesystems *filesystems)
{
	bool has_history = keep_history(relocation, monitor, filesystems);

	if (relocation->command.is_running) {
		look_after(relocation, filesystems);
		relocation->looked_s = 0;
		return 0;
	}
	give_way_end(relocation);
	look_at_pressure(relocation);
	if (has_history)
		start_what_is_due(relocation, monitor, filesystems);
	return 0;
}

void relocation_look(struct relocation *relocation,
		     struct filesystems *filesystems)
{
	give_way_look(relocation,
		      find(filesystems, relocation->dev, relocation->mount_id));
}

void relocation_end(struct relocation *relocation)
{
	command_end(&relocation->command);
	give_way_end(relocation);
	history_end(relocation->history);
	relocation->history = NULL;
}
