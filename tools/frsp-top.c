// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-top: what the block allocator does, live. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "privilege.h"
#include "top_json.h"
#include "top_opts.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

struct top {
	struct top_opts opts;
	struct top_model *model;
	sigset_t unblocked; /* while waiting, and only then */
};

/* SIGINT and SIGTERM arrive only inside ppoll(). */
static void catch_interrupts(struct top *top)
{
	struct sigaction action = {.sa_handler = on_interrupt};
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &top->unblocked);
	sigdelset(&top->unblocked, SIGINT);
	sigdelset(&top->unblocked, SIGTERM);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static enum exit_code open_model(struct top *top)
{
	const char *device = top->opts.model.device;
	int err = top_model_open(&top->opts.model, &top->model);

	switch (err) {
	case 0:
		return EXIT_OK;
	case -EOPNOTSUPP:
		return log_fail(EXIT_UNSUPPORTED,
				"mount one, or \"modprobe ext4\"",
				"the kernel has neither ext4 nor XFS");
	case -ENODEV:
	case -ENOENT:
	case -EINVAL:
		if (!device)
			break;
		return log_fail(EXIT_FAILED,
				"name a mounted ext4 or XFS filesystem: "
				"\"findmnt -t ext4,xfs\" lists them",
				"%s: %s", device,
				err == -EINVAL ? "neither ext4 nor XFS"
				: err == -ENODEV
					? "not a mounted filesystem on a disk"
					: strerror(-err));
	}
	return log_fail(EXIT_FAILED,
			top->opts.verbose
				? NULL
				: "\"frsp-top -v\" shows what libbpf says",
			"cannot load the BPF programs: %s", strerror(-err));
}

static void wait_until(struct top *top, double deadline)
{
	while (!interrupted) {
		double left = deadline - clock_monotonic_s();
		struct timespec timeout = {
			.tv_sec = left, .tv_nsec = (left - (time_t)left) * 1e9};

		if (left <= 0)
			return;
		ppoll(NULL, 0, &timeout, &top->unblocked);
	}
}

static int run_batch(struct top *top)
{
	__u64 left = top->opts.count;
	const struct top_frame *frame;
	int err;

	do {
		wait_until(top, clock_monotonic_s() + top->opts.interval_s);
		err = top_model_sample(top->model, &frame);
		if (!err)
			err = top_json_write(stdout, top->model, frame);
	} while (!err && !interrupted && (!top->opts.count || --left));
	return err;
}

int main(int argc, char **argv)
{
	struct top top = {0};
	enum exit_code code;
	int err;

	/* Not LC_NUMERIC: JSON and arguments have decimal points. */
	setlocale(LC_CTYPE, "");
	log_init("frsp-top", false);
	top_opts_parse(argc, argv, &top.opts);
	log_init("frsp-top", top.opts.verbose);
	code = privilege_check();
	if (code != EXIT_OK)
		return code;
	catch_interrupts(&top);
	code = open_model(&top);
	if (code != EXIT_OK)
		return code;
	fprintf(stderr, "Tracing ext4... Hit Ctrl-C to end.\n");
	err = run_batch(&top);
	top_model_close(top.model);
	if (err == -ENODEV)
		return log_fail(EXIT_FAILED, "mount it again, and start again",
				"%s: was unmounted", top.opts.model.device);
	if (err)
		return log_fail(EXIT_FAILED, NULL, "%s", strerror(-err));
	return EXIT_OK;
}
