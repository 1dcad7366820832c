/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hotmon's command line. */
#ifndef FRSP_HOTMON_OPTS_H
#define FRSP_HOTMON_OPTS_H

#include "heat/columns.h"
#include "heat/monitor.h"
#include "ui/opts.h"

struct hotmon_opts {
	struct opts_report report;
	struct hot_frame_request request;
	bool rows_given;
	bool devices; /* --devices: show devices instead of files */
	bool extents; /* --extents: with .file */
	bool self_test;
	/* the last option on the command line that --self-test does not take */
	const char *report_only;
	const char *file;   /* --file, or NULL */
	const char *fs;	    /* --fs, or NULL */
	const char *cgroup; /* -c, or NULL */
	struct hot_monitor_options monitor;
};

/* Ends the program on wrong usage (exit code 2), --help and --version (0). */
void hotmon_opts_parse(int argc, char **argv, struct hotmon_opts *opts);

#endif
