// SPDX-License-Identifier: GPL-2.0-or-later
/* hotmon: which files and ranges the disk works for. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <locale.h>

#include "cgroup.h"
#include "clock.h"
#include "hot_batch.h"
#include "hot_evict.h"
#include "hot_json.h"
#include "hot_live.h"
#include "hotmon_opts.h"
#include "hotmon_self_test.h"
#include "interrupt.h"
#include "live_end.h"
#include "log.h"
#include "privilege.h"

#define TEND_PERIOD_S 1

struct hotmon {
	struct hotmon_opts opts;
	struct hot_monitor *monitor;
	struct hot_frame frame;
	struct hot_live live;
	sigset_t unblocked; /* while waiting, and only then */
};

/* Fills in what of the options needs the system: ids of filesystem and cgroup,
 * the real path of a directory.
 */
static enum exit_code resolve_filesystem(struct hotmon_opts *opts,
					 const struct mount_table *mounts)
{
	const struct mount_entry *entry;
	const char *spec = opts->fs ? opts->fs : opts->monitor.directory;
	char *resolved;
	int err;

	if (!spec)
		return EXIT_OK;
	err = mount_table_by_spec(mounts, spec, &entry);
	if (err)
		return log_fail(EXIT_FAILED,
				"name a mounted filesystem that is on a disk: "
				"findmnt --real lists them",
				"%s: %s", spec,
				err == -ENODEV ? "not a filesystem on a disk"
					       : strerror(-err));
	opts->monitor.track.fs_dev = entry->dev;
	memcpy(opts->monitor.track.extra_devs, entry->extra_devs,
	       sizeof(entry->extra_devs));
	if (!opts->monitor.directory)
		return EXIT_OK;
	resolved = realpath(opts->monitor.directory, NULL);
	if (!resolved)
		return log_fail(EXIT_FAILED, "name an existing directory",
				"%s: %s", opts->monitor.directory,
				strerror(errno));
	opts->monitor.directory = resolved; /* until the program ends */
	return EXIT_OK;
}

static enum exit_code resolve_cgroup(struct hotmon_opts *opts)
{
	struct cgroup_ref cgroup;
	int err;

	if (!opts->cgroup)
		return EXIT_OK;
	err = cgroup_find(opts->cgroup, &cgroup);
	if (err)
		return log_fail(EXIT_FAILED, "systemd-cgls lists the cgroups",
				"cgroup %s: %s", opts->cgroup, strerror(-err));
	if (!cgroup.has_io)
		log_warn("cgroup %s: the io controller is off for it, so its "
			 "I/O is charged to a cgroup above and will not show",
			 opts->cgroup);
	opts->monitor.track.cgroup_id = cgroup.id;
	opts->monitor.track.cgroup_level = cgroup.level;
	return EXIT_OK;
}

static enum exit_code fail_mounts(int err)
{
	return log_fail(EXIT_FAILED, NULL, "cannot read the mount table: %s",
			strerror(-err));
}

static enum exit_code start_tracking(struct hotmon *hotmon)
{
	struct mount_table *mounts;
	enum exit_code code;
	int err;

	err = mount_table_read(&mounts);
	if (err)
		return fail_mounts(err);
	code = resolve_filesystem(&hotmon->opts, mounts);
	if (code == EXIT_OK)
		code = resolve_cgroup(&hotmon->opts);
	if (code != EXIT_OK) {
		mount_table_free(mounts);
		return code;
	}
	err = hot_monitor_open(&hotmon->opts.monitor, mounts, &hotmon->monitor);
	if (!err && !hot_evict_is_possible())
		log_warn("no membarrier in this kernel: a full table stays "
			 "full");
	if (err == -EOPNOTSUPP)
		return log_fail(
			EXIT_UNSUPPORTED, "Linux 6.1 or newer is needed",
			"the kernel lacks the tracepoint block_bio_queue");
	if (err)
		return log_fail(
			EXIT_FAILED,
			hotmon->opts.report.verbose
				? NULL
				: "\"hotmon -v\" shows what libbpf says",
			"cannot load the BPF program: %s", strerror(-err));
	return EXIT_OK;
}

static enum exit_code self_test(const struct hotmon_opts *opts)
{
	const char *spec = opts->monitor.directory ?: opts->fs ?: ".";
	struct mount_table *mounts;
	enum exit_code code;
	int err;

	if (opts->fs && opts->monitor.directory)
		return log_fail(EXIT_USAGE, "give --fs or -D, not both",
				"--self-test tests one filesystem");
	err = mount_table_read(&mounts);
	if (err)
		return fail_mounts(err);
	code = hotmon_self_test(mounts, spec,
				opts->report.output == OUTPUT_JSON);
	mount_table_free(mounts);
	return code;
}

static struct hot_frame_request wanted_frame(const struct hotmon *hotmon)
{
	struct hot_frame_request request = hotmon->opts.request;

	if (hotmon->opts.report.output != OUTPUT_LIVE)
		return request;
	request.sort = hotmon->live.sort;
	request.ranges = hotmon->live.view == HOT_VIEW_RANGES;
	if (!hotmon->opts.rows_given)
		request.max_rows = hotmon->live.scroll + hot_live_n_rows();
	return request;
}

static int report(struct hotmon *hotmon, FILE *out)
{
	const struct hotmon_opts *opts = &hotmon->opts;
	const struct hot_batch_style style = {
		.view = hotmon->live.view,
		.exact = opts->report.exact,
		.color = opts->report.color,
		.timestamp = opts->report.timestamp,
	};

	if (opts->report.output == OUTPUT_JSON)
		return hot_json_write(out, hotmon->monitor, &hotmon->frame,
				      opts->request.ranges);
	return hot_batch_write(out, hotmon->monitor, &hotmon->frame, &style);
}

static int sample(struct hotmon *hotmon)
{
	struct hot_frame_request request = wanted_frame(hotmon);

	return hot_monitor_sample(hotmon->monitor, &request, &hotmon->frame);
}

/* True at the monotonic time deadline; false before it, when interrupted or, in
 * the live view, when a key wants another frame.
 */
static bool wait_until(struct hotmon *hotmon, double deadline)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	bool live = hotmon->opts.report.output == OUTPUT_LIVE;

	while (!interrupted && !hotmon->live.quit) {
		double left = deadline - clock_monotonic_s();
		struct timespec timeout = {
			.tv_sec = left, .tv_nsec = (left - (time_t)left) * 1e9};
		enum hot_live_change change;

		if (left <= 0)
			return true;
		if (left > TEND_PERIOD_S)
			timeout = (struct timespec){.tv_sec = TEND_PERIOD_S};
		ppoll(&input, live ? 1 : 0, &timeout, &hotmon->unblocked);
		hot_monitor_tend(hotmon->monitor); /* sampling tells errors */
		if (!live)
			continue;
		if (input.revents & (POLLHUP | POLLERR))
			interrupted = 1;
		change = hot_live_keys(&hotmon->live);
		if (change == HOT_LIVE_RESAMPLE)
			return false;
		if (change != HOT_LIVE_NOTHING)
			hot_live_draw(&hotmon->live, hotmon->monitor,
				      &hotmon->frame);
	}
	return false;
}

static int run_batch(struct hotmon *hotmon)
{
	__u64 left = hotmon->opts.report.count;
	int err;

	do {
		wait_until(hotmon,
			   clock_monotonic_s() + hotmon->live.interval_s);
		err = sample(hotmon);
		if (!err)
			err = report(hotmon, stdout);
	} while (!err && !interrupted &&
		 (!hotmon->opts.report.count || --left));
	return err;
}

static int run_live(struct hotmon *hotmon)
{
	double next = clock_monotonic_s() + hotmon->live.interval_s;
	__u64 left = hotmon->opts.report.count; /* 0: no end */
	bool passed = false;
	int err;

	if (!hot_live_start(&hotmon->live))
		return -ENOTTY;
	interrupt_catch(
		&hotmon->unblocked); /* again: ncurses has its own handlers */
	do {
		err = sample(hotmon);
		if (err)
			break;
		hot_live_keep_in_view(&hotmon->live, &hotmon->frame);
		/* A pause stops the screen only. */
		if (!hotmon->live.paused || !passed)
			hot_live_draw(&hotmon->live, hotmon->monitor,
				      &hotmon->frame);
		passed = wait_until(hotmon, next);
		if (passed && left && !--left)
			break;
		next = clock_monotonic_s() + hotmon->live.interval_s;
	} while (!interrupted && !hotmon->live.quit);
	hot_live_stop();
	if (!err && !hotmon->live.quit) {
		err = sample(hotmon);
		if (!err)
			err = report(hotmon, stdout);
	}
	return err;
}

int main(int argc, char **argv)
{
	struct hotmon hotmon = {0};
	enum exit_code code;
	int err;

	/* Not LC_NUMERIC: JSON and arguments have decimal points. */
	setlocale(LC_CTYPE, "");
	log_init("hotmon", false);
	hotmon_opts_parse(argc, argv, &hotmon.opts);
	log_init("hotmon", hotmon.opts.report.verbose);
	hotmon.live.view =
		hotmon.opts.request.ranges ? HOT_VIEW_RANGES : HOT_VIEW_FILES;
	hotmon.live.sort = hotmon.opts.request.sort;
	hotmon.live.interval_s = hotmon.opts.report.interval_s;
	hotmon.live.exact = hotmon.opts.report.exact;
	hotmon.live.color = hotmon.opts.report.color;
	code = privilege_check();
	if (code != EXIT_OK)
		return code;
	if (hotmon.opts.self_test)
		return self_test(&hotmon.opts);
	interrupt_catch(&hotmon.unblocked);
	code = start_tracking(&hotmon);
	if (code != EXIT_OK)
		return code;
	if (hotmon.opts.report.output == OUTPUT_LIVE) {
		err = run_live(&hotmon);
	} else {
		fprintf(stderr, "Tracing disk I/O... Hit Ctrl-C to end.\n");
		err = run_batch(&hotmon);
	}
	hot_monitor_close(hotmon.monitor);
	return live_end(err);
}
