// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/play.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/interrupt.h"

#define MIN_SPEED 0.01
#define MAX_SPEED 100000.0
#define NS	  1e9

/* Parses 2026-12-01T08:30:00Z, with a fraction or without. */
static bool parse_time(const char *text, __u64 *ns)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	double fraction = 0;
	time_t seconds;
	char *end;

	if (!rest)
		return false;
	if (*rest == '.') {
		fraction = strtod(rest, &end);
		rest = end;
	}
	seconds = timegm(&tm);
	if (strcmp(rest, "Z") != 0 || seconds < 0 || fraction >= 1)
		return false;
	*ns = seconds * NSEC_PER_SEC + fraction * NS;
	return true;
}

static enum exit_code go_to(const char *from, struct play *play)
{
	const __u64 begin_ns = hot_replay_info(play->replay)->begin_ns;
	const __u64 end_ns = hot_replay_end(play->replay);
	char begin[FMT_LEN], end[FMT_LEN];
	double seconds;
	__u64 ns;
	int err;

	if (!parse_time(from, &ns)) {
		if (fmt_parse_seconds(from, &seconds) || seconds < 0 ||
		    seconds > 1e9)
			return log_fail(
				EXIT_USAGE,
				"a time such as 2026-12-01T08:30:00Z, or so long after the begin: 90s, 5m, 2h",
				"--from: \"%s\" is not valid", from);
		ns = begin_ns + (__u64)(seconds * NS);
	}
	if (ns < begin_ns || ns >= end_ns)
		return log_fail(EXIT_FAILED, "name a time within it",
				"--from %s: the recording is from %s to %s",
				from, fmt_rfc3339(begin, begin_ns),
				fmt_rfc3339(end, end_ns));
	err = hot_replay_go(play->replay, ns, true);
	return err ? log_fail(EXIT_FAILED, NULL, "%s", strerror(-err))
		   : EXIT_OK;
}

/* A long recording takes a while to read: says on the terminal how far it is. */
struct reading {
	double began_s, said_s;
	bool is_shown; /* there is a line to erase */
};

#define PATIENCE_S 1.0 /* nobody has to be told before */
#define SAY_GAP_S  0.2

static bool say_part(void *context, double part)
{
	struct reading *reading = context;
	double now_s = clock_monotonic_s();

	interrupt_poll(NULL, 0, 0);
	if (interrupted)
		return false;
	if (now_s < reading->began_s + PATIENCE_S ||
	    now_s < reading->said_s + SAY_GAP_S || !isatty(STDERR_FILENO))
		return true;
	fprintf(stderr, "\rReading the recording: %.0f %% ", 100 * part);
	reading->said_s = now_s;
	reading->is_shown = true;
	return true;
}

static int open_replay(const char *path, struct play *play,
		       struct trace_error *error)
{
	struct reading reading = {.began_s = clock_monotonic_s()};
	const struct hot_replay_wait wait = {say_part, &reading};
	int err = hot_replay_open(path, &wait, &play->replay, error);

	if (reading.is_shown)
		fputs("\r\033[K", stderr);
	return err;
}

enum exit_code play_open(const struct hotmon_opts *opts, struct play *play)
{
	struct trace_error error;
	enum exit_code code = EXIT_OK;

	if (open_replay(opts->input, play, &error))
		return log_fail(EXIT_FAILED, error.hint, "%s", error.cause);
	if (hot_replay_problem(play->replay))
		log_warn("%s", hot_replay_problem(play->replay)->cause);
	if (!hot_replay_interval(play->replay)) {
		play_close(play);
		return log_fail(
			EXIT_FAILED,
			"\"hotmon record\" writes the first one after a minute, or when it ends",
			"%s: it has no interval so far", opts->input);
	}
	play->speed = opts->speed;
	if (opts->interval_given)
		play->step_ns = opts->report.interval_s * NS;
	else if (opts->report.count == 1)
		play->step_ns = hot_replay_end(play->replay) -
				hot_replay_info(play->replay)->begin_ns;
	if (opts->from)
		code = go_to(opts->from, play);
	if (code != EXIT_OK) {
		play_close(play);
		return code;
	}
	/* the live view begins with something to see */
	if (opts->report.output == OUTPUT_LIVE)
		hot_replay_step(play->replay, 0);
	play->at_ns = hot_replay_at(play->replay);
	play->there_s = clock_monotonic_s();
	return EXIT_OK;
}

void play_close(struct play *play)
{
	hot_replay_close(play->replay);
	play->replay = NULL;
}

static bool has_fs(const struct play *play, __u32 dev)
{
	struct frsp_hot_fs_query query = {.fs_dev = dev};

	return !hot_replay_find_fs(play->replay, &query);
}

enum exit_code play_find_fs(const struct play *play, const char *spec,
			    const struct mount_table *mounts, __u32 *dev,
			    const char **name)
{
	const struct mount_entry *mount;

	if (mount_parse_dev(spec, dev) && has_fs(play, *dev)) {
		mount = mount_table_next_by_dev(mounts, *dev, NULL);
		*name = mount ? mount->target : spec;
		return EXIT_OK;
	}
	mount = *spec == '/' ? mount_table_at(mounts, spec) : NULL;
	if (mount) {
		*dev = mount->dev;
		*name = mount->target;
		return EXIT_OK;
	}
	return log_fail(
		EXIT_FAILED,
		"name where it was mounted then, or its MAJOR:MINOR; without --fs, -i shows all files",
		"--fs %s: the recording has no such filesystem", spec);
}

int play_step(struct play *play)
{
	int n = hot_replay_step(play->replay, play->step_ns);

	return n < 0 ? n : n > 0;
}

/* Where it should be by now. */
static __u64 place_now(const struct play *play)
{
	double passed_s = clock_monotonic_s() - play->there_s;
	__u64 end_ns = hot_replay_end(play->replay);
	double left_ns = end_ns > play->at_ns ? end_ns - play->at_ns : 0;
	double ns = passed_s * play->speed * NS;

	return play->at_ns + (__u64)(ns < left_ns ? ns : left_ns);
}

/* From now on the place counts from here. */
static void stay_at(struct play *play, __u64 ns)
{
	play->at_ns = ns;
	play->there_s = clock_monotonic_s();
}

int play_on(struct play *play)
{
	int n;

	stay_at(play, place_now(play));
	n = hot_replay_play(play->replay, play->at_ns);
	play->is_at_end = play->at_ns >= hot_replay_end(play->replay);
	return n < 0 ? n : 0;
}

void play_wait(struct play *play)
{
	stay_at(play, play->at_ns);
}

int play_go(struct play *play, double seconds)
{
	const __u64 begin_ns = hot_replay_info(play->replay)->begin_ns;
	const __u64 end_ns = hot_replay_end(play->replay);
	double ns = (double)(play->at_ns - begin_ns) + seconds * NS;
	double length_ns = end_ns - begin_ns;

	ns = ns < 0 ? 0 : ns > length_ns ? length_ns : ns;
	stay_at(play, begin_ns + (__u64)ns);
	play->is_at_end = play->at_ns >= end_ns;
	return hot_replay_go(play->replay, play->at_ns, false);
}

void play_faster(struct play *play)
{
	stay_at(play, place_now(play));
	if (play->speed * 2 <= MAX_SPEED)
		play->speed *= 2;
}

void play_slower(struct play *play)
{
	stay_at(play, place_now(play));
	if (play->speed / 2 >= MIN_SPEED)
		play->speed /= 2;
}
