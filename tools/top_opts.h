/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frsp-top's command line. */
#ifndef FRSP_TOP_OPTS_H
#define FRSP_TOP_OPTS_H

#include "top_view.h"

enum top_output {
	TOP_LIVE,
	TOP_BATCH,
	TOP_JSON,
};

struct top_opts {
	enum top_output output;
	double interval_s;
	__u64 count; /* reports, 0: until interrupted */
	bool timestamp, verbose;
	bool pin, unpin;      /* instead of any output */
	struct top_view view; /* to begin with; of reports: all along */
	struct top_options model;
};

/* Ends the program on wrong usage (exit code 2), --help and --version (0). */
void top_opts_parse(int argc, char **argv, struct top_opts *opts);

#endif
