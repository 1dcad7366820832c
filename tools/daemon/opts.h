/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRSP_DAEMON_OPTS_H
#define FRSP_DAEMON_OPTS_H

#include <stdbool.h>

struct daemon_opts {
	bool check_config;
	const char *root; /* the configuration is below it; "": that of "/" */
};

/* Ends the program on wrong usage (exit code 2), --help and --version (0). */
void daemon_opts_parse(int argc, char **argv, struct daemon_opts *opts);

#endif
