// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A recording takes TURN_S. Example, of a frspd that began at noon:
 *
 *   at first         what the table of heat knows of the time before, and A
 *   from midnight    A and B
 *   from noon on     B and C: the policy sees 12 to 24 h, by its half-life of
 *                    6 h at least three quarters of all that would count
 */
#include "daemon/history.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "heat/past_record.h"
#include "heat/record.h"
#include "trace/budget.h"

#define TURN_S	      43200.0
#define INTERVAL_S    30.0
#define BYTES_PER_DAY (16ULL << 20) /* so a recording has about half of it */

struct history {
	struct hot_monitor *monitor;
	struct hot_record *record;
	struct trace_budget budget;
	int now, before; /* files; .before -1: there is none */
	double began_s, taken_s;
};

/* Begins another recording, in place of history->now. */
static int begin_record(struct history *history)
{
	int fd = memfd_create("frspd-heat", MFD_CLOEXEC), err;
	struct hot_record *record;
	struct stat st;

	if (fd < 0)
		return -errno;
	hot_record_free(history->record);
	history->record = NULL;
	err = fstat(fd, &st) ? -errno : 0;
	if (!err)
		err = hot_record_begin(history->monitor, fd, &st,
				       HOT_TRACK_DEFAULT_HALF_LIFE_S * 1000,
				       false, &record);
	if (err) {
		close(fd);
		return err;
	}
	history->now = fd;
	history->record = record;
	history->began_s = history->taken_s = clock_monotonic_s();
	return 0;
}

static int turn(struct history *history)
{
	if (history->before >= 0)
		close(history->before);
	history->before = history->now;
	history->now = -1;
	return begin_record(history);
}

/* What the table knows from before. Without a past, the history begins now. */
static void take_past(struct history *history)
{
	int fd = memfd_create("frspd-heat", MFD_CLOEXEC);

	if (fd >= 0 && heat_past_record(history->monitor, fd)) {
		close(fd);
		fd = -1;
	}
	history->before = fd;
}

int history_begin(struct hot_monitor *monitor, struct history **out)
{
	struct history *history = calloc(1, sizeof(*history));
	int err;

	if (!history)
		return -ENOMEM;
	*history = (struct history){
		.monitor = monitor,
		.budget = {.bytes_per_day = BYTES_PER_DAY,
			   .least_s = INTERVAL_S,
			   .interval_s = INTERVAL_S},
		.now = -1,
		.before = -1,
	};
	take_past(history);
	err = begin_record(history);
	if (err)
		history_end(history);
	else
		*out = history;
	return err;
}

void history_end(struct history *history)
{
	if (!history)
		return;
	hot_record_free(history->record);
	if (history->now >= 0)
		close(history->now);
	if (history->before >= 0)
		close(history->before);
	free(history);
}

static int take(struct history *history)
{
	double seconds;
	__u64 bytes;
	int err = hot_record_take(history->record);

	if (!err)
		err = hot_record_flush(history->record, &seconds, &bytes);
	history->taken_s = clock_monotonic_s();
	if (!err && seconds > 0)
		trace_budget_note(&history->budget, bytes, seconds);
	return err;
}

int history_tick(struct history *history)
{
	double now_s = clock_monotonic_s();
	int err = 0;

	if (now_s >= history->taken_s + history->budget.interval_s)
		err = take(history);
	if (!err && now_s >= history->began_s + TURN_S)
		err = turn(history);
	return err;
}

int history_files(struct history *history, int fds[HISTORY_FILES])
{
	int err = take(history), n = 0;

	if (err)
		return err;
	if (history->before >= 0)
		fds[n++] = history->before;
	fds[n++] = history->now;
	return n;
}
