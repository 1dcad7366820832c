// SPDX-License-Identifier: GPL-2.0-or-later
/* The program frsp-top: shows what the block allocator does, live. */
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/output.h"
#include "cli/from_daemon.h"
#include "cli/libbpf_messages.h"
#include "cli/live_end.h"
#include "cli/open_files.h"
#include "cli/privilege.h"
#include "cli/report_loop.h"
#include "heat/remote.h"
#include "top/json.h"
#include "top/live.h"
#include "top/opts.h"
#include "top/report.h"
#include "top/table_memory.h"
#include "ui/screen.h"
#include "watch/pin.h"

/* Maps, programs and links of all BPF objects. */
#define OPEN_FILES 160

struct top {
	struct top_opts opts;
	struct top_model *model;
	struct top_frame *frame;
	struct top_live live;
	struct hot_remote *remote; /* of --from-daemon; NULL: none */
};

static enum exit_code check_device(const struct top *top)
{
	int err = top_model_check(&top->opts.model);

	if (!err)
		return EXIT_OK;
	return log_fail(
		EXIT_FAILED,
		"name a mounted ext4 or XFS filesystem: \"findmnt -t ext4,xfs\" lists them",
		"%s: %s", top->opts.model.device,
		err == -EINVAL ? "neither ext4 nor XFS"
			       : mount_spec_error(err));
}

static enum exit_code open_model(struct top *top)
{
	int err = top_model_open(&top->opts.model, &top->model);
	char other[64] = WATCH_PIN_ROOT;

	switch (err) {
	case 0:
		return EXIT_OK;
	case -EOPNOTSUPP:
		return log_fail(EXIT_UNSUPPORTED,
				"mount one, or \"modprobe ext4\"",
				"the kernel has neither ext4 nor XFS");
	case -EPROTO:
		watch_pin_other(other, sizeof(other));
		return log_fail(
			EXIT_UNSUPPORTED,
			"run \"frsp-top --unpin\" of that version, or remove the directory",
			"%s: BPF programs of another version are pinned",
			other);
	}
	return log_fail(EXIT_FAILED,
			top->opts.report.verbose
				? NULL
				: "\"frsp-top -v\" shows what libbpf says",
			"cannot load the BPF programs: %s", strerror(-err));
}

/* The BPF filesystem and its files belong to root. Another user cannot open
 * them, not even with the capabilities for BPF.
 */
static enum exit_code fail_pinned_for_root(void)
{
	return log_fail(EXIT_PERMISSION, "run it as root, with sudo",
			"%s: not permitted", WATCH_PIN_ROOT);
}

static enum exit_code pin_end(int err)
{
	if (!err)
		return EXIT_OK;
	if (err == -EACCES || err == -EPERM)
		return fail_pinned_for_root();
	return log_fail(EXIT_FAILED, NULL, "%s: %s", WATCH_PIN_ROOT,
			strerror(-err));
}

static enum exit_code pin(struct top *top)
{
	int err = top_model_pin(top->model);

	if (err == -EEXIST)
		return log_fail(EXIT_FAILED, "\"frsp-top --unpin\" unpins them",
				"%s: the programs are pinned already",
				WATCH_PIN_ROOT);
	if (err == -ENOENT)
		return log_fail(EXIT_FAILED, "\"mount -t bpf bpf /sys/fs/bpf\"",
				"%s: no BPF filesystem is mounted there",
				WATCH_PIN_ROOT);
	return pin_end(err);
}

static enum exit_code unpin(void)
{
	int err = watch_unpin();

	if (err == -ENOENT)
		return log_fail(EXIT_FAILED,
				"\"frsp-top --pin\" pins the programs",
				"%s: nothing is pinned", WATCH_PIN_ROOT);
	return pin_end(err);
}

static struct top_request wanted_frame(const struct top *top)
{
	const struct top_opts *opts = &top->opts;

	switch (opts->report.output) {
	case OUTPUT_LIVE:
		return top_live_request(&top->live);
	case OUTPUT_JSON:
		return top_json_request(&opts->view);
	default:
		return top_report_request(&opts->view);
	}
}

static int sample(void *program)
{
	struct top *top = program;
	struct top_request request = wanted_frame(top);

	return top_model_sample(top->model, &request, &top->frame);
}

static int print_json(void *program)
{
	struct top *top = program;
	const struct top_view *view = &top->opts.view;

	top_json_look_up(top->model, top->frame, view);
	return top_json_write(stdout, top->model, top->frame, view);
}

static int print_text(void *program)
{
	struct top *top = program;
	const struct top_view *view = &top->opts.view;

	top_view_look_up(top->model, top->frame, view);
	return top_report_write(stdout, top->frame, view,
				top->opts.report.timestamp);
}

static void tend(void *program)
{
	struct top *top = program;

	top_model_tend(top->model);
}

static enum report_change keys(void *program)
{
	struct top *top = program;

	return top_live_keys(&top->live, top->model, top->frame);
}

static bool start_screen(void *program)
{
	struct top *top = program;

	return top_live_start(&top->live);
}

static int draw(void *program)
{
	struct top *top = program;

	if (!top->live.help)
		top_view_look_up(top->model, top->frame, &top->live.view);
	return top_live_draw(&top->live, top->frame);
}

static int print_reports(struct top *top)
{
	bool json = top->opts.report.output == OUTPUT_JSON;
	const struct report_loop loop = {
		.program = top,
		.how = &top->opts.report,
		.sample = sample,
		.print = json ? print_json : print_text,
		.tend = tend,
	};

	fprintf(stderr, "%s... Hit Ctrl-C to end.\n",
		top->remote ? "Asking frspd" : "Tracing ext4 and XFS");
	return report_print_all(&loop);
}

static int show_live(struct top *top)
{
	const struct report_loop loop = {
		.program = top,
		.how = &top->opts.report,
		.sample = sample,
		.tend = tend,
		.pace = &top->live.pace,
		.start = start_screen,
		.stop = screen_stop,
		.draw = draw,
		.keys = keys,
		.freezes = true,
		.keeps_beat = true,
	};

	top->live.view = top->opts.view;
	top->live.pace.interval_s = top->opts.report.interval_s;
	return report_show_live(&loop);
}

/* Rights, files and memory for programs of our own; or frspd. */
static enum exit_code prepare(struct top *top)
{
	enum exit_code code = EXIT_OK;

	if (!top->opts.from_daemon)
		code = privilege_check();
	if (code == EXIT_OK && !top->opts.from_daemon)
		code = open_files_raise(OPEN_FILES);
	if (code == EXIT_OK && !top->opts.from_daemon && !top->opts.unpin)
		code = top_table_memory_fit(&top->opts.model.own_memory);
	return code;
}

static enum exit_code ask_frspd(struct top *top)
{
	int err = hot_remote_open(&top->remote);

	top->opts.model.remote = top->remote;
	return err ? from_daemon_fail(err, hot_remote_why(top->remote))
		   : EXIT_OK;
}

static enum exit_code show(struct top *top)
{
	int err = top->opts.report.output == OUTPUT_LIVE ? show_live(top)
							 : print_reports(top);

	if (err == -ENODEV)
		return log_fail(EXIT_FAILED, "mount it again, and start again",
				"%s: was unmounted", top->opts.model.device);
	if (top->remote && err && err != -ENOTTY && !output_is_lost())
		return from_daemon_fail(err, hot_remote_why(top->remote));
	return live_end(err);
}

static enum exit_code run(struct top *top)
{
	enum exit_code code = check_device(top);

	if (code == EXIT_OK && top->opts.from_daemon)
		code = ask_frspd(top);
	if (code == EXIT_OK)
		code = open_model(top);
	if (code == EXIT_OK)
		code = top->opts.pin ? pin(top) : show(top);
	top_model_close(top->model);
	hot_remote_close(top->remote);
	return code;
}

int main(int argc, char **argv)
{
	struct top top = {0};
	enum exit_code code;

	output_begin();
	/* Not LC_NUMERIC: JSON and arguments have decimal points. */
	setlocale(LC_CTYPE, "");
	log_init("frsp-top");
	top_opts_parse(argc, argv, &top.opts);
	libbpf_messages_show(top.opts.report.verbose);
	code = prepare(&top);
	if (code != EXIT_OK)
		return code;
	if (top.opts.unpin)
		return unpin();
	interrupt_catch();
	return run(&top);
}
