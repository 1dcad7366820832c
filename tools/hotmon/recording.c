// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recording: every second the monitor is tended, at the end of each interval
 * the table is taken, and after a minute, or an interval if that is longer,
 * what was taken is written. Then the budget says how long the next intervals
 * are.
 */
#include "hotmon/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fmt.h"
#include "base/interrupt.h"
#include "trace/budget.h"

#define FLUSH_S 59.0 /* a minute, less what timers are late */
#define TEND_S	1.0

enum exit_code recording_create(const char *path, int *fd)
{
	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*fd >= 0)
		return EXIT_OK;
	return log_fail(EXIT_FAILED,
			errno == EEXIST
				? "name another file, or remove it"
				: "name a file in an existing directory",
			"%s: %s", path, strerror(errno));
}

/* Ends the recording with an error: what was written before stays. */
static enum exit_code fail_write(const char *path, int err)
{
	if (err == -ECANCELED)
		return log_fail(
			EXIT_FAILED,
			"start it again: it then loads its own programs",
			"%s ends here: the pinned programs were unpinned",
			path);
	if (err == -EMFILE)
		return log_fail(
			EXIT_FAILED, "record into another file",
			"%s ends here: it has %u files, the most it can have",
			path, TRACE_MAX_FILES);
	return log_fail(EXIT_FAILED, "what was recorded before can be used",
			"%s ends here: %s", path, strerror(-err));
}

/* Says what the recording takes, each time that the intervals change. */
static void say_pace(const struct trace_budget *budget, double before_s,
		     double a_day)
{
	char rate[FMT_LEN], limit[FMT_LEN];

	if (budget->interval_s == before_s)
		return;
	log_warn(
		"intervals are now %g s: those of %g s took %s a day (--budget: %s)",
		budget->interval_s, before_s, fmt_bytes(rate, a_day, false),
		fmt_bytes(limit, budget->bytes_per_day, false));
}

static int flush(struct hot_record *record, struct trace_budget *budget)
{
	double seconds, before_s = budget->interval_s, a_day;
	__u64 bytes;
	int err = hot_record_flush(record, &seconds, &bytes);

	if (err || !(seconds > 0))
		return err;
	a_day = trace_budget_note(budget, bytes, seconds);
	say_pace(budget, before_s, a_day);
	return 0;
}

/* Waits for the end of an interval, or for the wish to end. */
static void wait_for(struct hot_record *record, double deadline_s)
{
	while (!interrupted) {
		double left = deadline_s - clock_monotonic_s();

		if (left <= 0)
			return;
		interrupt_poll(NULL, 0, left < TEND_S ? left : TEND_S);
		hot_record_tend(record);
	}
}

static int run(struct hot_record *record, const struct hotmon_opts *opts)
{
	struct trace_budget budget = {
		.bytes_per_day = opts->budget,
		.least_s = opts->report.interval_s,
		.interval_s = opts->report.interval_s,
	};
	/* COUNT intervals of the wanted length, however long they get */
	double next_s = clock_monotonic_s(),
	       end_s = next_s + opts->report.count * opts->report.interval_s;
	bool is_last = false;
	int err = 0;

	while (!err && !is_last) {
		next_s += budget.interval_s;
		if (opts->report.count && next_s > end_s - 1e-3)
			next_s = end_s;
		wait_for(record, next_s);
		is_last =
			interrupted || (opts->report.count && next_s >= end_s);
		err = hot_record_take(record);
		if (!err && !is_last && hot_record_pending_s(record) >= FLUSH_S)
			err = flush(record, &budget);
	}
	return err;
}

static void say_result(const char *path, const struct hot_record_state *state)
{
	char bytes[FMT_LEN], rate[FMT_LEN];

	fprintf(stderr,
		"%s: %s, %.0f s in %llu interval%s, %u file%s, %s an hour\n",
		path, fmt_bytes(bytes, state->bytes, false), state->seconds,
		state->n_intervals, fmt_plural(state->n_intervals),
		state->n_files, fmt_plural(state->n_files),
		fmt_bytes(rate,
			  state->seconds > 0
				  ? state->bytes / state->seconds * 3600
				  : 0,
			  false));
	if (state->lost)
		log_warn(
			"%llu updates of counts were lost, as the table was full; give it more --memory",
			state->lost);
}

int recording_take(struct hot_monitor *monitor, const struct hotmon_opts *opts,
		   int fd, struct hot_record_state *state)
{
	struct hot_record *record = NULL;
	struct stat st;
	int err = fstat(fd, &st) ? -errno : 0;

	if (!err)
		err = hot_record_begin(monitor, fd, &st,
				       opts->monitor.track.half_life_s * 1000 +
					       0.5,
				       true, &record);
	if (!err) {
		fprintf(stderr, "Recording disk I/O... Hit Ctrl-C to end.\n");
		err = run(record, opts);
		/* also after an error: what was taken may still fit */
		if (!err)
			err = hot_record_end(record);
		*state = hot_record_state(record);
	}
	hot_record_free(record);
	return err;
}

enum exit_code recording_run(struct hot_monitor *monitor,
			     const struct hotmon_opts *opts, int fd)
{
	struct hot_record_state state;
	int err = recording_take(monitor, opts, fd, &state);

	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (err)
		return fail_write(opts->output, err);
	say_result(opts->output, &state);
	return EXIT_OK;
}

static enum exit_code fail_import(const struct hotmon_opts *opts, int err,
				  const struct trace_import_result *result)
{
	unlink(opts->output);
	if (err == -ENODATA && result->n_bad)
		return log_fail(
			EXIT_FAILED,
			"is it of another --format, or compressed? \"zcat TRACE | hotmon import --format=... -o FILE -\"",
			"%s:%llu: not a line of %s", opts->import_file,
			result->first_bad, trace_import_names[opts->format]);
	if (err == -ENODATA)
		return log_fail(
			EXIT_FAILED,
			"blkparse: it needs lines with action Q; is it of another --format?",
			"%s: no read or write in it", opts->import_file);
	if (result->has_read_error)
		return log_fail(EXIT_FAILED,
				"name a trace, or - for standard input",
				"%s: %s", opts->import_file, strerror(-err));
	return log_fail(EXIT_FAILED, NULL, "%s: %s", opts->output,
			strerror(-err));
}

static void say_import(const struct hotmon_opts *opts,
		       const struct trace_import_result *result)
{
	char bytes[FMT_LEN], begin[FMT_LEN], end[FMT_LEN];

	fprintf(stderr, "%s: %s, %llu I/Os of %u disk%s, %s to %s\n",
		opts->output, fmt_bytes(bytes, result->bytes, false),
		result->n_ios, result->n_disks, fmt_plural(result->n_disks),
		fmt_rfc3339(begin, result->begin_ns),
		fmt_rfc3339(end, result->end_ns));
	if (result->n_bad)
		log_warn("%s:%llu: not a line of %s; %llu such line%s left out",
			 opts->import_file, result->first_bad,
			 trace_import_names[opts->format], result->n_bad,
			 result->n_bad == 1 ? " was" : "s were");
	if (result->n_left_out)
		log_warn(
			"%s: %llu I/Os left out, of too many disks or beyond 2^50 bytes",
			opts->import_file, result->n_left_out);
}

enum exit_code recording_import(const struct hotmon_opts *opts)
{
	bool is_stdin = !strcmp(opts->import_file, "-");
	FILE *in = is_stdin ? stdin : fopen(opts->import_file, "re");
	struct trace_import_result result;
	enum exit_code code;
	int fd, err;

	if (!in)
		return log_fail(EXIT_FAILED,
				"name a trace, or - for standard input",
				"%s: %s", opts->import_file, strerror(errno));
	code = recording_create(opts->output, &fd);
	if (code == EXIT_OK) {
		err = trace_import(in, opts->format, fd,
				   opts->monitor.track.half_life_s * 1000 + 0.5,
				   &result);
		if (!err && fsync(fd) && errno != EINVAL)
			err = -errno;
		if (close(fd) && !err)
			err = -errno;
		if (err)
			code = fail_import(opts, err, &result);
		else
			say_import(opts, &result);
	}
	if (!is_stdin)
		fclose(in);
	return code;
}
