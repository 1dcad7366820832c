/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hotmon's command line. */
#ifndef FRSP_HOTMON_OPTS_H
#define FRSP_HOTMON_OPTS_H

#include "heat/columns.h"
#include "heat/monitor.h"
#include "hotmon/mode.h"
#include "trace/import.h"
#include "ui/opts.h"

#define HOTMON_RECORD_INTERVAL_S 10.0
#define HOTMON_RECORD_BUDGET	 (50ULL << 20)
/* Its table holds no more ranges than an interval can have. */
#define HOTMON_RECORD_MAX_MEMORY (256ULL << 20)

enum hotmon_option {
	OPT_RANGES = 256,
	OPT_GROUP,
	OPT_DEVICES,
	OPT_FILE,
	OPT_EXTENTS,
	OPT_LATENCY,
	OPT_FS,
	OPT_MEMORY,
	OPT_HALF_LIFE,
	OPT_SCORE,
	OPT_NO_METADATA,
	OPT_NO_SCAN,
	OPT_SELF_TEST,
	OPT_BUDGET,
	OPT_FORMAT,
	OPT_FROM,
	OPT_SPEED,
	OPT_FROM_DAEMON,
};

struct hotmon_opts {
	struct opts_report report;
	struct hot_frame_request request;
	bool rows_given;
	bool devices; /* --devices: show devices instead of files */
	bool extents; /* --extents: with .file */
	bool self_test;
	bool from_daemon; /* show what frspd gives */
	enum hotmon_mode mode;
	struct hotmon_given given;
	bool interval_given;
	/* record, import and heatmap */
	const char *output;
	__u64 budget; /* bytes a day */
	const char *import_file;
	enum trace_import_format format;
	bool memory_given;
	bool format_given;
	/* -i, also with heatmap */
	const char *input, *from; /* or NULL */
	double speed;
	bool speed_given;
	const char *target; /* of heatmap, or NULL */
	const char *file;   /* --file, or NULL */
	const char *fs;	    /* --fs, or NULL */
	const char *cgroup; /* -c, or NULL */
	struct hot_monitor_options monitor;
};

/* Ends the program on wrong usage (exit code 2), --help and --version (0). */
void hotmon_opts_parse(int argc, char **argv, struct hotmon_opts *opts);

#endif
