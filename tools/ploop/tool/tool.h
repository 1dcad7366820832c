/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frsp-image's commands and its command line. */
#ifndef FRSP_PLOOP_TOOL_H
#define FRSP_PLOOP_TOOL_H

#include <stdbool.h>
#include <linux/types.h>

#include "ploop/image/problem.h"
#include "ui/commands.h"
#include "ui/progress.h"

enum disk_format {
	FORMAT_IMAGE,
	FORMAT_RAW, /* the disk, byte for byte */
};

/* A parsed command line. */
struct ctl {
	const struct command *command;
	char **args; /* the arguments of the command */
	int n_args;
	unsigned int given; /* options on the command line: enum ctl_option */
	bool json;
	bool exact; /* --bytes */
	bool repair;
	bool shrink;
	const char *control;   /* the socket of a server */
	__u32 cluster_sectors; /* 0: not given */
	enum disk_format from, to;
	enum progress_where progress;
	int recover; /* number of a disk; DEVICE_NEW: not given */
};

enum ctl_option {
	CTL_JSON = 1 << 0,
	CTL_BYTES = 1 << 1,
	CTL_REPAIR = 1 << 2,
	CTL_CLUSTER_SIZE = 1 << 3,
	CTL_FROM = 1 << 4,
	CTL_TO = 1 << 5,
	CTL_PROGRESS = 1 << 6,
	CTL_SHRINK = 1 << 7,
	CTL_CONTROL = 1 << 8,
	CTL_UBLK = 1 << 9,
	CTL_RECOVER = 1 << 10,
};

#define DEFAULT_CLUSTER_SECTORS 2048 /* 1 MiB */

/* The commands. Each prints its own error messages. */
enum exit_code image_check_command(const struct ctl *ctl);
enum exit_code image_compact_command(const struct ctl *ctl);
enum exit_code image_convert_command(const struct ctl *ctl);
enum exit_code image_create_command(const struct ctl *ctl);
enum exit_code image_info_command(const struct ctl *ctl);
enum exit_code image_map_command(const struct ctl *ctl);
enum exit_code image_merge_command(const struct ctl *ctl);
enum exit_code image_resize_command(const struct ctl *ctl);
enum exit_code image_serve_command(const struct ctl *ctl);
enum exit_code image_snapshot_command(const struct ctl *ctl);

/* control.c: Sends the command to the server at the socket. Returns its answer
 * without the "ok ", to be freed; NULL: it failed, and problem says why. */
char *control_ask(const char *socket, const char *command,
		  struct image_problem *problem);

/* Prints what is wrong and what to do. err: -errno, or -EBADMSG. Returns the
 * exit code.
 */
enum exit_code image_failed(const struct image_problem *problem, int err);

/* commands: in alphabetical order. Ends the program on wrong usage (exit code
 * 2), --help and --version (0).
 */
void image_opts_parse(int argc, char **argv, const struct command *commands,
		      struct ctl *ctl);

#endif
