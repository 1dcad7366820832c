/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop of reports in hotmon and frsp-top, and the wait between two reports,
 * which also serves the kernel, signals and keys.
 *
 * Example: with an interval of 3 s, report_print_all() calls tend() after 1, 2
 * and 3 s. Then it calls sample() and print(), and waits again.
 */
#ifndef FRSP_REPORT_LOOP_H
#define FRSP_REPORT_LOOP_H

#include <stdbool.h>

#include "ui/opts.h"

/* What a key of a live view asks for. If several keys were pressed, the highest
 * value counts.
 */
enum report_change {
	REPORT_SAME,
	REPORT_REDRAW,	 /* draw the same frame again */
	REPORT_RESAMPLE, /* take another frame now */
	REPORT_QUIT,
};

/* A program and its functions for the loop, which get .program. Functions that
 * return int return 0 or -errno, and an error ends the loop.
 */
struct report_loop {
	void *program;
	const struct opts_report *how;
	int (*sample)(void *program); /* takes the next frame */
	int (*print)(void *program);  /* prints the frame */
	/* Called at least once a second while the loop waits. */
	void (*tend)(void *program);
	/* For the live view only: handles the keys pressed since the last call.
	 */
	enum report_change (*keys)(void *program);
	void (*redraw)(void *program); /* shows the frame again */
};

/* Waits until the monotonic time deadline_s and returns true. Returns false
 * earlier if the program was interrupted, or if a key asks for another frame or
 * the end.
 */
bool report_wait(const struct report_loop *loop, double deadline_s);

/* Prints how->count reports, one after each interval; count 0: until the
 * program is interrupted. Returns 0 or -errno.
 */
int report_print_all(const struct report_loop *loop);

#endif
