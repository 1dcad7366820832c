/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the scripts with which shells complete a command line, made from the
 * table with which argp parses it. "PROGRAM --completion=bash" and "=zsh" print
 * them. The option is for the build, and --help does not list it.
 */
#ifndef FRSP_COMPLETION_H
#define FRSP_COMPLETION_H

#include <argp.h>

/*
 * If argv asks for a script, prints it and ends the program. commands: the
 * possible words of the first argument, with NULL at the end; NULL: there are
 * none.
 */
void completion_answer(int argc, char **argv, const struct argp_option *options,
		       const char *const *commands);

#endif
