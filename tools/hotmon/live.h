/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The live view: what is on the screen and what the keys do. Draws frames,
 * computes nothing.
 */
#ifndef FRSP_HOT_LIVE_H
#define FRSP_HOT_LIVE_H

#include "cli/report_loop.h"
#include "heat/columns.h"
#include "heat/monitor.h"

/* What the person at the keys has chosen. */
struct hot_live {
	enum hot_view view;
	struct hot_sort sort;
	double interval_s;
	__u32 scroll; /* rows above the first one shown */
	bool paused, help, exact, quit;
	bool color;
};

/* Takes the terminal, and gives it back also when the program crashes. False:
 * the terminal is not usable (TERM).
 */
bool hot_live_start(struct hot_live *live);
void hot_live_stop(void);

/* How many table rows fit on the screen. */
__u32 hot_live_n_rows(void);

/* Scrolls back if the frame has fewer rows than scrolled over. */
void hot_live_keep_in_view(struct hot_live *live,
			   const struct hot_frame *frame);

void hot_live_draw(const struct hot_live *live, struct hot_monitor *monitor,
		   const struct hot_frame *frame);

/* Handles the keys pressed since the last call. */
enum report_change hot_live_keys(struct hot_live *live);

#endif
