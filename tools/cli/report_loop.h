/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loops of hotmon and frsp-top: reports, and the live view. The wait
 * between two frames also serves the kernel, signals and keys.
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

#define REPORT_NO_MORE 1

/* What the keys of a live view change about its loop. */
struct report_pace {
	double interval_s;
	bool paused, quit;
};

/* Doubles or halves the interval, from 0.1 s to an hour. */
void report_slower(struct report_pace *pace);
void report_faster(struct report_pace *pace);

/* A program and its functions for the loop, which get .program. Functions that
 * return int return 0 or -errno, and an error ends the loop.
 */
struct report_loop {
	void *program;
	const struct opts_report *how;
	/* Takes the next frame. REPORT_NO_MORE: there is none, which ends
	 * report_print_all().
	 */
	int (*sample)(void *program);
	int (*print)(void *program); /* prints the frame */
	/* Called at least once a second while the loop waits. */
	void (*tend)(void *program);

	/* The rest is for the live view only. */
	struct report_pace *pace;
	bool (*start)(void *program); /* takes the terminal, if it is usable */
	void (*stop)(void);	      /* gives it back */
	int (*draw)(void *program);   /* shows the frame */
	/* Handles the keys pressed since the last call. */
	enum report_change (*keys)(void *program);
	/* In a pause no frame is taken. False: none is taken until the pause
	 * ends or a key asks for another frame.
	 */
	bool freezes;
	/* After a frame that a key asked for, the next one comes when it was
	 * due before. False: an interval later.
	 */
	bool keeps_beat;
	bool reports_at_end; /* unless the user quits with a key */
};

/* Prints how->count reports, one after each interval; count 0: until the
 * program is interrupted. Returns 0 or -errno.
 */
int report_print_all(const struct report_loop *loop);

/* Shows how->count frames, or without a count until the program is interrupted
 * or the user quits. Returns 0, -ENOTTY: the terminal is not usable, or another
 * -errno.
 */
int report_show_live(const struct report_loop *loop);

#endif
