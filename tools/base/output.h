/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * If standard output cannot be written, the program fails, whatever it prints:
 * a report, --help, a list of keys.
 */
#ifndef FRSP_OUTPUT_H
#define FRSP_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/log.h"

/* main() calls this first, before the program opens anything. From then on, if
 * output was lost, the program says so when it ends, and its exit status is not
 * 0.
 */
void output_begin(void);

/* Writes out all that was printed. Returns 0 or -errno. */
int output_flush(FILE *out);

/* True if a part of standard output could not be written. */
bool output_is_lost(void);

/* Prints that the output was lost. err: -errno of the write; 0: unknown.
 * Returns EXIT_FAILED.
 */
enum exit_code output_fail(int err);

#endif
