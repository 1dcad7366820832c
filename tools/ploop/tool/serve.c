// SPDX-License-Identifier: GPL-2.0-or-later
/* frsp-image serve: an image as a disk of this machine, until a signal comes. */
#include <errno.h>
#include <stdio.h>

#include "base/fmt.h"
#include "base/interrupt.h"
#include "base/json_out.h"
#include "base/output.h"
#include "ploop/tool/tool.h"
#include "ploop/ublk/device.h"
#include "ui/document.h"

#define SCHEMA "frsp.image-serve/1"

#define LONG_S 3600. /* a signal ends the wait before */
#define LOOK_S 0.5   /* between two looks whether the disk is still in use */

static enum exit_code failed(const char *path,
			     const struct image_problem *problem, int err)
{
	switch (err) {
	case -ENODEV:
		return log_fail(
			EXIT_UNSUPPORTED, NULL,
			"this kernel has no ublk, or its module ublk_drv is not loaded; NBD needs none: nbdkit frsp %s",
			path);
	case -EOPNOTSUPP:
		return log_fail(
			EXIT_UNSUPPORTED, NULL,
			"the ublk of this kernel is older than Linux 6.5; NBD needs none: nbdkit frsp %s",
			path);
	case -EPERM:
	case -EACCES:
		return log_fail(EXIT_PERMISSION, "run it as root", "%s: %s",
				problem->path, problem->text);
	default:
		return image_failed(problem, err);
	}
}

static void print_object(const struct ctl *ctl, const struct device *device)
{
	struct json_object *document = document_new(SCHEMA);

	json_add_text(document, "path", ctl->args[0]);
	json_add_u64(document, "disk_bytes", device_bytes(device));
	json_add_text(document, "device", device_name(device));
	json_add_u64(document, "number", device_number(device));
	json_add_u64(document, "queues", device_queues(device));
	document_print(document);
}

/* 0 or -errno: then nobody knows of the disk. */
static int say_ready(const struct ctl *ctl, const struct device *device)
{
	char disk[FMT_LEN];

	if (ctl->json)
		print_object(ctl, device);
	else
		printf("%s: a disk of %s, from %s\n", device_name(device),
		       fmt_bytes(disk, device_bytes(device), false),
		       ctl->args[0]);
	return output_flush(stdout);
}

/* Until somebody else has stopped the disk; or a signal comes, and then until
 * nobody uses it any more, or another signal comes. */
static void wait_for_end(const struct device *device)
{
	struct pollfd gone = {.fd = device_gone_fd(device), .events = POLLIN};
	unsigned int n_signals = 0;

	while (!gone.revents) {
		interrupt_poll(&gone, 1, n_signals ? LOOK_S : LONG_S);
		if (interrupted) {
			interrupted = 0;
			n_signals++;
		} else if (!n_signals) {
			continue;
		}
		if (n_signals > 1 || !device_is_claimed(device))
			return;
		if (n_signals == 1 && !gone.revents)
			log_warn(
				"%s is in use, and ends when it is not any more; another signal ends it at once",
				device_name(device));
	}
}

enum exit_code image_serve_command(const struct ctl *ctl)
{
	const char *path = ctl->args[0];
	struct image_problem problem = {0};
	struct device *device;
	int err;

	if (!(ctl->given & CTL_UBLK))
		command_wrong_use(
			ctl->command,
			"--ublk is missing; NBD is served by nbdkit: nbdkit frsp FILE");
	/* the disk outlives the terminal and the reader of our output */
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	interrupt_catch();
	err = device_open(path, ctl->recover, &device, &problem);
	if (err)
		return failed(path, &problem, err);
	if (!say_ready(ctl, device))
		wait_for_end(device);
	err = device_close(device, &problem);
	return err ? image_failed(&problem, err) : EXIT_OK;
}
