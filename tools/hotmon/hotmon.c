// SPDX-License-Identifier: GPL-2.0-or-later
/* The program hotmon: shows which files and ranges the disk works for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <locale.h>

#include "base/interrupt.h"
#include "base/json_out.h"
#include "base/log.h"
#include "base/output.h"
#include "cli/from_daemon.h"
#include "cli/libbpf_messages.h"
#include "cli/live_end.h"
#include "cli/open_files.h"
#include "cli/privilege.h"
#include "cli/report_loop.h"
#include "heat/evict.h"
#include "heat/json.h"
#include "heat/remote.h"
#include "heat/text.h"
#include "hotmon/choose.h"
#include "hotmon/device_json.h"
#include "hotmon/device_text.h"
#include "hotmon/heatmap.h"
#include "hotmon/live.h"
#include "hotmon/opts.h"
#include "hotmon/page_json.h"
#include "hotmon/page_report.h"
#include "hotmon/play.h"
#include "hotmon/recording.h"
#include "hotmon/self_test.h"
#include "hotmon/table_memory.h"
#include "hotmon/tree.h"
#include "ui/screen.h"

/* Maps, programs and links of the BPF objects, also those of latencies. */
#define OPEN_FILES 96

struct hotmon {
	struct hotmon_opts opts;
	struct hot_monitor *monitor;
	struct hot_frame frame;
	struct devices *devices; /* NULL: not shown yet */
	struct hot_live live;
	struct play play;	   /* of -i */
	struct hot_remote *remote; /* of --from-daemon; NULL: none */
};

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
	code = hotmon_choose_filesystem(&hotmon->opts, mounts);
	if (code == EXIT_OK)
		code = hotmon_choose_cgroup(&hotmon->opts);
	if (code == EXIT_OK)
		code = hotmon_check_pids(&hotmon->opts.monitor.track);
	if (code == EXIT_OK)
		code = table_memory_fit(&hotmon->opts);
	if (code != EXIT_OK) {
		mount_table_free(mounts);
		return code;
	}
	err = hot_monitor_open(&hotmon->opts.monitor, mounts, &hotmon->monitor);
	if (!err && !hot_evict_is_possible())
		log_warn(
			"no membarrier in this kernel: a full table stays full");
	if (err == -ENODEV) /* unmounted, just now */
		return hotmon_fail_filesystem(&hotmon->opts, err);
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
	if (hotmon->opts.devices)
		err = devices_open(&hotmon->devices);
	if (err)
		return log_fail(EXIT_FAILED, NULL, "%s: %s", DISKSTATS_PATH,
				strerror(-err));
	if (!hotmon->opts.file)
		return EXIT_OK;
	code = page_report_open(hotmon->monitor, hotmon->opts.file,
				&hotmon->live.pages);
	hotmon->live.mode = hot_live_base(&hotmon->live);
	return code;
}

/* Shows only the filesystem of --fs. */
static enum exit_code choose_recorded(struct hotmon *hotmon,
				      const struct mount_table *mounts)
{
	struct hot_live *live = &hotmon->live;
	const char *name;
	enum exit_code code = play_find_fs(&hotmon->play, hotmon->opts.fs,
					   mounts, &live->fs_dev, &name);

	if (code != EXIT_OK)
		return code;
	path_escape(name, live->fs_name, sizeof(live->fs_name));
	hotmon->opts.request.fs_dev = live->fs_dev;
	return EXIT_OK;
}

/* The same for a recording: it needs no rights and asks nothing of the system.
 */
static enum exit_code start_playing(struct hotmon *hotmon)
{
	struct hot_monitor_options options = {
		.directory = hotmon->opts.monitor.directory};
	struct mount_table *mounts;
	enum exit_code code = play_open(&hotmon->opts, &hotmon->play);
	int err;

	if (code != EXIT_OK)
		return code;
	options.replay = hotmon->play.replay;
	err = hot_replay_mounts(hotmon->play.replay, &mounts);
	if (!err && hotmon->opts.fs) {
		code = choose_recorded(hotmon, mounts);
		if (code != EXIT_OK) {
			mount_table_free(mounts);
			return code;
		}
	}
	if (!err)
		err = hot_monitor_open(&options, mounts, &hotmon->monitor);
	if (err)
		return log_fail(EXIT_FAILED, NULL, "%s: %s", hotmon->opts.input,
				strerror(-err));
	hotmon->live.play = &hotmon->play;
	if (hotmon->opts.report.output != OUTPUT_LIVE)
		hotmon->opts.report.interval_s = 0; /* reports do not wait */
	return EXIT_OK;
}

/* The same for what frspd gives. */
static enum exit_code start_asking(struct hotmon *hotmon)
{
	struct hot_live *live = &hotmon->live;
	struct hot_monitor_options options = {0};
	struct mount_table *mounts;
	enum exit_code code;
	int err = mount_table_read(&mounts);

	if (err)
		return fail_mounts(err);
	code = hotmon_choose_filesystem(&hotmon->opts, mounts);
	if (code == EXIT_OK) {
		err = hot_remote_open(&hotmon->remote);
		if (err)
			code = from_daemon_fail(err,
						hot_remote_why(hotmon->remote));
	}
	if (code != EXIT_OK) {
		mount_table_free(mounts);
		return code;
	}
	live->is_remote = true;
	live->fs_dev = hotmon->opts.request.fs_dev =
		hotmon->opts.monitor.fs_dev;
	if (live->fs_dev)
		path_escape(hotmon->opts.monitor.prefer, live->fs_name,
			    sizeof(live->fs_name));
	options.remote = hotmon->remote;
	err = hot_monitor_open(&options, mounts, &hotmon->monitor);
	return err ? log_fail(EXIT_FAILED, NULL, "%s", strerror(-err))
		   : EXIT_OK;
}

/* Makes the file first: so a mistake in its name is told at once. */
static enum exit_code record(struct hotmon *hotmon)
{
	enum exit_code code;
	int fd;

	code = recording_create(hotmon->opts.output, &fd);
	if (code != EXIT_OK)
		return code;
	code = start_tracking(hotmon);
	if (code == EXIT_OK) {
		code = recording_run(hotmon->monitor, &hotmon->opts, fd);
	} else {
		close(fd);
		unlink(hotmon->opts.output);
	}
	hot_monitor_close(hotmon->monitor);
	return code;
}

static enum exit_code heatmap(struct hotmon *hotmon)
{
	enum exit_code code;
	FILE *out;

	code = heatmap_output(&hotmon->opts, &out);
	if (code != EXIT_OK)
		return code;
	if (hotmon->opts.mode == HOTMON_MAP_PLAY)
		return heatmap_play(&hotmon->opts, out);
	code = start_tracking(hotmon);
	if (code == EXIT_OK)
		code = heatmap_live(hotmon->monitor, &hotmon->opts, out);
	else
		heatmap_output_close(&hotmon->opts, out);
	hot_monitor_close(hotmon->monitor);
	return code;
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

static void name_all(struct hotmon *hotmon, enum hot_view view)
{
	const struct hot_rows *rows = hot_view_rows(&hotmon->frame, view);

	hot_monitor_name(hotmon->monitor, rows, 0, rows->n_rows);
}

static int print_json(struct hotmon *hotmon)
{
	struct json_object *document;
	int err;

	hot_monitor_name(hotmon->monitor, &hotmon->frame.ranking.files, 0,
			 hotmon->frame.ranking.files.n_rows);
	name_all(hotmon, HOT_VIEW_RANGES);
	name_all(hotmon, hotmon->opts.request.view);
	document =
		hotmon->remote
			? json_object_get(hot_remote_document(hotmon->remote))
			: hot_json_document(&hotmon->frame,
					    hotmon->opts.request.ranges);
	if (!document)
		return -ENOMEM;
	if (hotmon->live.devices)
		device_json_add(document, hotmon->live.device_frame);
	if (hotmon->opts.file)
		page_json_add(document, hotmon->live.pages.file,
			      hotmon->live.pages.history,
			      hotmon->opts.request.sort,
			      hotmon->opts.request.max_rows,
			      hotmon->frame.wall_ns, hotmon->frame.mono_ns);
	err = json_print(stdout, document);
	return err ?: output_flush(stdout);
}

static int print_devices(const struct hotmon *hotmon)
{
	struct device_text_style style = {
		.exact = hotmon->opts.report.exact,
		.n_columns = screen_stdout_columns(),
	};
	char ts[FMT_LEN];
	int err;

	if (hotmon->opts.report.timestamp)
		puts(fmt_rfc3339(ts, hotmon->frame.wall_ns));
	err = device_text_print(stdout, hotmon->live.device_frame, &style);
	putchar('\n');
	return err ?: output_flush(stdout);
}

/* The report after a live view has as many rows as were on the screen. */
static void trim_last(struct hotmon *hotmon)
{
	struct hot_rows *rows =
		hot_frame_rows(&hotmon->frame, hotmon->live.view);

	if (rows->n_rows > hot_live_n_rows())
		rows->n_rows = hot_live_n_rows();
}

static int print(void *program)
{
	struct hotmon *hotmon = program;
	const struct hotmon_opts *opts = &hotmon->opts;
	const struct hot_text_style style = {
		.table =
			{
				.view = hotmon->live.view,
				.exact = opts->report.exact,
				.sort = hotmon->live.sort,
				.n_columns = screen_stdout_columns(),
			},
		.color = opts->report.color,
		.timestamp = opts->report.timestamp,
	};

	if (opts->file && opts->report.output != OUTPUT_LIVE) {
		int err = page_report_read(hotmon->monitor, &hotmon->live.pages,
					   opts, &hotmon->frame);

		if (err)
			return err;
	}
	if (opts->report.output == OUTPUT_JSON)
		return print_json(hotmon);
	if (opts->file && opts->report.output == OUTPUT_BATCH)
		return page_report_print(&hotmon->live.pages, opts,
					 &hotmon->frame);
	if (hotmon->live.devices)
		return print_devices(hotmon);
	if (opts->report.output == OUTPUT_LIVE && !opts->rows_given)
		trim_last(hotmon);
	name_all(hotmon, style.table.view);
	return hot_text_write(stdout, &hotmon->frame, &style);
}

/* Plays the recording up to the next frame. Returns 0, NO_MORE or -errno. */
static int play(struct hotmon *hotmon)
{
	int found;

	if (hotmon->opts.report.output == OUTPUT_LIVE) {
		if (!hotmon->live.pace.paused)
			return play_on(&hotmon->play);
		play_wait(&hotmon->play);
		return 0;
	}
	found = play_step(&hotmon->play);
	return found ? found < 0 ? found : 0 : REPORT_NO_MORE;
}

static int sample(struct hotmon *hotmon)
{
	struct hot_frame_request request =
		hotmon->opts.report.output == OUTPUT_LIVE
			? hot_live_request(&hotmon->live)
			: hotmon->opts.request;
	int err = hotmon->play.replay ? play(hotmon) : 0;

	if (!err)
		err = hot_monitor_sample(hotmon->monitor, &request,
					 &hotmon->frame);
	if (!err && hotmon->live.devices && !hotmon->devices)
		err = devices_open(&hotmon->devices);
	if (!err && hotmon->live.devices)
		err = devices_sample(hotmon->devices,
				     &hotmon->live.device_frame);
	return err;
}

/* Reports when the filesystem goes or comes back. was_gone: in the previous
 * report.
 */
static void say_filesystem(const struct hotmon *hotmon, bool was_gone)
{
	bool gone = hotmon->frame.fs_gone;

	if (gone != was_gone)
		log_warn(
			"filesystem %s: %s",
			hotmon_filesystem_spec(&hotmon->opts),
			gone ? "is not mounted any more; counting resumes when it is mounted again, unless its disk was removed"
			     : "is mounted again; counting resumes");
}

/* The same for the cgroup. */
static void say_cgroup(const struct hotmon *hotmon, bool was_gone)
{
	bool gone = hotmon->frame.cgroup_gone;

	if (gone != was_gone)
		log_warn(
			"cgroup %s: %s", hotmon->opts.cgroup,
			gone ? "has ended; counting resumes when it is created again"
			     : "is there again; counting resumes");
}

static int sample_and_say(void *program)
{
	struct hotmon *hotmon = program;
	bool was_gone = hotmon->frame.cgroup_gone;
	bool fs_was_gone = hotmon->frame.fs_gone;
	int err = sample(hotmon);

	say_cgroup(hotmon, was_gone);
	say_filesystem(hotmon, fs_was_gone);
	return err;
}

/* Ignores errors: they recur in the next sample. */
static void tend(void *program)
{
	struct hotmon *hotmon = program;

	if (!hotmon->play.replay)
		hot_monitor_tend(hotmon->monitor);
	else if (hotmon->live.pace.paused)
		play_wait(&hotmon->play);
}

static enum report_change keys(void *program)
{
	struct hotmon *hotmon = program;

	return hot_live_keys(&hotmon->live);
}

static bool start_screen(void *program)
{
	struct hotmon *hotmon = program;

	hotmon->live.monitor = hotmon->monitor;
	return hot_live_start(&hotmon->live);
}

static int sample_for_screen(void *program)
{
	struct hotmon *hotmon = program;
	int err = sample(hotmon);

	if (!err)
		hot_live_note(&hotmon->live, &hotmon->frame);
	return err;
}

static int draw(void *program)
{
	struct hotmon *hotmon = program;
	struct hot_live *live = &hotmon->live;
	int err = hot_tree_refresh(live, &hotmon->frame);

	if (!err)
		err = hot_pages_read(&live->pages, hotmon->monitor,
				     &hotmon->frame);
	if (err)
		return err;
	if (live->mode != HOT_LIVE_HELP && live->mode != HOT_LIVE_PAGE &&
	    !live->devices)
		hot_monitor_name(hotmon->monitor,
				 hot_view_rows(&hotmon->frame, live->view),
				 live->rows.first, hot_live_n_rows());
	hot_live_draw(live, &hotmon->frame);
	return 0;
}

static int print_reports(struct hotmon *hotmon)
{
	const struct report_loop loop = {
		.program = hotmon,
		.how = &hotmon->opts.report,
		.sample = sample_and_say,
		.print = print,
		.tend = tend,
	};

	if (!hotmon->play.replay)
		fprintf(stderr, "%s... Hit Ctrl-C to end.\n",
			hotmon->remote ? "Asking frspd" : "Tracing disk I/O");
	return report_print_all(&loop);
}

static int show_live(struct hotmon *hotmon)
{
	const struct report_loop loop = {
		.program = hotmon,
		.how = &hotmon->opts.report,
		.sample = sample_for_screen,
		.print = print,
		.tend = tend,
		.pace = &hotmon->live.pace,
		.start = start_screen,
		.stop = hot_live_stop,
		.draw = draw,
		.keys = keys,
		.reports_at_end = true,
	};

	return report_show_live(&loop);
}

static enum exit_code start(struct hotmon *hotmon)
{
	switch (hotmon->opts.mode) {
	case HOTMON_PLAY:
		return start_playing(hotmon);
	case HOTMON_REMOTE:
		return start_asking(hotmon);
	default:
		return start_tracking(hotmon);
	}
}

static enum exit_code end(const struct hotmon *hotmon, int err)
{
	if (hotmon->remote && err && err != -ENOTTY && !output_is_lost())
		return from_daemon_fail(err, hot_remote_why(hotmon->remote));
	return live_end(err);
}

int main(int argc, char **argv)
{
	struct hotmon hotmon = {0};
	enum exit_code code;
	int err;

	output_begin();
	/* Not LC_NUMERIC: JSON and arguments have decimal points. */
	setlocale(LC_CTYPE, "");
	log_init("hotmon");
	hotmon_opts_parse(argc, argv, &hotmon.opts);
	libbpf_messages_show(hotmon.opts.report.verbose);
	hotmon.live.view = hotmon.opts.request.view;
	if (hotmon.opts.request.ranges &&
	    !hot_view_is_group(hotmon.opts.request.view))
		hotmon.live.view = HOT_VIEW_RANGES;
	hotmon.live.devices = hotmon.opts.devices;
	hotmon.live.sort = hotmon.opts.request.sort;
	hotmon.live.latency = hotmon.opts.request.latency;
	hotmon.live.rows_given = hotmon.opts.rows_given;
	hotmon.live.max_rows = hotmon.opts.request.max_rows;
	hotmon.live.pace.interval_s = hotmon.opts.report.interval_s;
	hotmon.live.exact = hotmon.opts.report.exact;
	hotmon.live.no_metadata = hotmon.opts.request.no_metadata;
	hotmon.live.color = hotmon.opts.report.color;
	if (hotmon.opts.mode == HOTMON_IMPORT)
		return recording_import(&hotmon.opts);
	code = hotmon.opts.input || hotmon.opts.from_daemon ? EXIT_OK
							    : privilege_check();
	if (code == EXIT_OK && !hotmon.opts.input && !hotmon.opts.from_daemon)
		code = open_files_raise(OPEN_FILES);
	if (code != EXIT_OK)
		return code;
	if (hotmon.opts.self_test)
		return self_test(&hotmon.opts);
	interrupt_catch();
	if (hotmon.opts.mode == HOTMON_RECORD)
		return record(&hotmon);
	if (hotmon.opts.mode == HOTMON_HEATMAP ||
	    hotmon.opts.mode == HOTMON_MAP_PLAY)
		return heatmap(&hotmon);
	code = start(&hotmon);
	if (code != EXIT_OK)
		return code;
	err = hotmon.opts.report.output == OUTPUT_LIVE ? show_live(&hotmon)
						       : print_reports(&hotmon);
	hot_pages_close(&hotmon.live.pages);
	hot_tree_free(&hotmon.live);
	devices_close(hotmon.devices);
	hot_monitor_close(hotmon.monitor);
	play_close(&hotmon.play);
	code = end(&hotmon, err);
	hot_remote_close(hotmon.remote);
	return code;
}
