/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What shells need to complete a command line, made from the table that argp
 * parses it with. "PROGRAM --completion=bash" and "=zsh" print it; the option
 * is for the build and stands in no help.
 */
#ifndef FRSP_COMPLETION_H
#define FRSP_COMPLETION_H

#include <argp.h>

/*
 * If argv asks for it, prints the script and ends the program. commands: first
 * words of which one is to be given, NULL at the end; NULL: there are none.
 */
void completion_answer(int argc, char **argv, const struct argp_option *options,
		       const char *const *commands);

#endif
