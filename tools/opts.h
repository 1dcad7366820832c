/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command lines of hotmon and frsp-top share. Each value's function
 * ends the program with a message when the text is wrong; option: as the user
 * wrote it.
 */
#ifndef FRSP_OPTS_H
#define FRSP_OPTS_H

#include <argp.h>
#include <stdbool.h>
#include <linux/types.h>

#define OPTS_DEFAULT_INTERVAL_S 1.0

/* Parses; ends the program on wrong usage (exit code 2), --help and --version
 * (0). input: for the parser.
 */
void opts_parse(const struct argp *argp, int argc, char **argv, void *input);

__attribute__((noreturn)) void
opts_wrong_value(const char *option, const char *text, const char *valid);

double opts_seconds(const char *option, const char *text, double min,
		    double max, const char *valid);

/* Between two reports, in seconds. */
double opts_interval(const char *option, const char *text);

/* Of reports: 1 or more. */
__u64 opts_count(const char *option, const char *text);

/* auto, always or never. */
bool opts_color(const char *text);

#endif
