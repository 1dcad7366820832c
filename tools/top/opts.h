/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frsp-top's command line. */
#ifndef FRSP_TOP_OPTS_H
#define FRSP_TOP_OPTS_H

#include "top/view.h"
#include "ui/opts.h"

struct top_opts {
	struct opts_report report;
	bool pin, unpin;      /* do only this, without any output */
	bool from_daemon;     /* model.remote is to be set */
	struct top_view view; /* of all reports; of the live view, at first */
	struct top_options model;
};

/* Ends the program on wrong usage (exit code 2), --help and --version (0). */
void top_opts_parse(int argc, char **argv, struct top_opts *opts);

#endif
