/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options that hotmon and frsp-top share. The functions that parse a value
 * end the program with a message if the text is wrong. option: the option's or
 * argument's name, for that message.
 */
#ifndef FRSP_OPTS_H
#define FRSP_OPTS_H

#include <argp.h>
#include <stdbool.h>
#include <linux/types.h>

#include "ui/completion.h"

enum opts_output {
	OUTPUT_LIVE,
	OUTPUT_BATCH,
	OUTPUT_JSON,
};

/* The form and number of reports. */
struct opts_report {
	enum opts_output output;
	double interval_s;
	__u64 count; /* of reports; 0: until interrupted */
	bool exact, color, timestamp, verbose;
};

enum opts_key {
	OPTS_ONCE = 512,
	OPTS_BYTES,
	OPTS_COLOR,
};

/* Rows for the programs' tables of options. */
/* clang-format off */
#define OPTS_REPORT_ROWS						       \
	{"batch", 'b', 0, 0, "Print reports one after the other (default if "  \
	 "not on a terminal)", 0},					       \
	{"once", OPTS_ONCE, 0, 0, "Print one report after the first INTERVAL " \
	 "and end, as -b with COUNT 1", 0},				       \
	{"json", 'j', 0, 0, "Print one JSON object a line per report", 0},     \
	{"delay", 'd', "SEC", 0, "The same as INTERVAL", 0},		       \
	{"iterations", 'n', "N", 0, "The same as COUNT", 0},		       \
	{"timestamp", 'T', 0, 0, "Print the time in front of each report", 0}, \
	{"bytes", OPTS_BYTES, 0, 0, "Print exact numbers, not 1.5M", 0},       \
	{"color", OPTS_COLOR, "WHEN", 0,				       \
	 "auto (default; NO_COLOR turns it off), always, never", 0},	       \
	{"verbose", 'v', 0, 0, "Print libbpf's messages too", 0}
/* clang-format on */

/* The values of options of OPTS_REPORT_ROWS, for the table of them. */
#define OPTS_REPORT_VALUES {OPTS_COLOR, opts_color_name, false}
const char *opts_color_name(size_t i);

/* Without options: the live view on a terminal, else reports. */
struct opts_report opts_report_default(void);

/* Handles an option of OPTS_REPORT_ROWS. Returns false if key is another. */
bool opts_report_option(struct opts_report *report, int key, const char *text);

/* Parses the command line. Ends the program on wrong usage (exit code 2),
 * --help and --version (0). libbpf: its version, for --version; NULL: it is not
 * used. input: for the parser of argp.
 */
void opts_parse(const struct argp *argp, const struct completion *completion,
		const char *libbpf, int argc, char **argv, void *input);

/* Ends the program. valid: which values are valid. */
__attribute__((noreturn)) void
opts_wrong_value(const char *option, const char *text, const char *valid);

/* Which name of name() text is. valid: as above */
size_t opts_choice(const char *option, const char *text,
		   const char *(*name)(size_t i), const char *valid);

double opts_seconds(const char *option, const char *text, double min,
		    double max, const char *valid);

/* The time between two reports, in seconds. */
double opts_interval(const char *option, const char *text);

/* The number of reports: 1 or more. */
__u64 opts_count(const char *option, const char *text);
#endif
