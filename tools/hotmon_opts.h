/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hotmon's command line. */
#ifndef FRSP_HOTMON_OPTS_H
#define FRSP_HOTMON_OPTS_H

#include "hot_columns.h"
#include "hot_monitor.h"

enum hotmon_output {
	HOTMON_LIVE,
	HOTMON_BATCH,
	HOTMON_JSON,
};

struct hotmon_opts {
	enum hotmon_output output;
	double interval_s;
	__u64 count; /* reports, 0: until interrupted */
	struct hot_frame_request request;
	bool rows_given;
	bool exact, color, timestamp, verbose;
	const char *fs;	    /* --fs, or NULL */
	const char *cgroup; /* -c, or NULL */
	struct hot_monitor_options monitor;
};

/* Ends the program on wrong usage (exit code 2), --help and --version (0). */
void hotmon_opts_parse(int argc, char **argv, struct hotmon_opts *opts);

#endif
