/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time between two reports of hotmon and frsp-top: waiting, without missing
 * what cannot wait, and the loop of reports that are printed one after the
 * other.
 */
#ifndef FRSP_REPORT_LOOP_H
#define FRSP_REPORT_LOOP_H

#include <stdbool.h>

#include "ui/opts.h"

/* What the keys of a live view have asked for; the highest wins. */
enum report_change {
	REPORT_SAME,
	REPORT_REDRAW, /* the same frame looks different now */
	REPORT_RESAMPLE,
	REPORT_QUIT,
};

/* A program and what it does in the loop. Each function gets the program; those
 * that return int return 0 or -errno, and the loop ends at an error.
 */
struct report_loop {
	void *program;
	const struct opts_report *how;
	int (*sample)(void *program); /* takes the next frame */
	int (*print)(void *program);  /* prints the frame */
	/* At least once a second while the loop waits. */
	void (*tend)(void *program);
	/* The live view: handles the keys pressed since the last call, and
	 * shows the frame again.
	 */
	enum report_change (*keys)(void *program);
	void (*redraw)(void *program);
};

/* Waits. True at the monotonic time deadline_s; false before it: the user
 * interrupted us, or a key asks for another frame or the end.
 */
bool report_wait(const struct report_loop *loop, double deadline_s);

/* Prints a report each interval: how->count of them, or until interrupted. 0 or
 * -errno.
 */
int report_print_all(const struct report_loop *loop);

#endif
