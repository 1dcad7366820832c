/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard output that cannot be written to is an error of the program,
 * whatever it was to print: a report, --help, a list of keys.
 */
#ifndef FRSP_OUTPUT_H
#define FRSP_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/log.h"

/* main() calls it first, before anything is opened. From then on a program that
 * ends says if its output was lost, and its exit status is not 0.
 */
void output_begin(void);

/* All that was printed is written. Returns 0 or -errno. */
int output_flush(FILE *out);

/* A part of what was printed on standard output cannot be written. */
bool output_is_lost(void);

/* Says so; err: -errno of the write, 0: not known. Returns EXIT_FAILED. */
enum exit_code output_fail(int err);

#endif
