/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the scripts with which shells complete a command line, made from the
 * table with which argp parses it. "PROGRAM --completion=bash" and "=zsh" print
 * them. The option is for the build, and --help does not list it.
 */
#ifndef FRSP_COMPLETION_H
#define FRSP_COMPLETION_H

#include <argp.h>
#include <stdbool.h>

/* The values of an option that takes one of a few. The option's parser calls
 * .name, too, so a script offers what the program takes. An option may take
 * more than these.
 */
struct option_values {
	int key; /* in the table of options; 0: the end of an array of these */
	const char *(*name)(size_t i); /* NULL: there are no more */
	bool plus;		       /* "+NAME" is valid, too */
};

struct completion {
	const struct argp_option *options;
	const struct option_values *values; /* NULL: no option has any */
	/* the possible words of the first argument, with NULL at the end; NULL:
	 * there are none
	 */
	const char *const *commands;
	/* words that are no option may be mount points; if there are commands,
	 * only the word behind the command
	 */
	bool mounts;
};

/* If argv asks for a script, prints it and ends the program. The value of an
 * option whose argument is called DIR or MOUNT is completed to directories or
 * mount points.
 */
void completion_answer(int argc, char **argv,
		       const struct completion *completion);

#endif
