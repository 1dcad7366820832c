/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotmon's live view: the screen and the keys. It draws frames and computes no
 * numbers.
 */
#ifndef FRSP_HOT_LIVE_H
#define FRSP_HOT_LIVE_H

#include "cli/report_loop.h"
#include "heat/columns.h"
#include "heat/monitor.h"

/* What the user has chosen with the keys. */
struct hot_live {
	struct report_pace pace;
	enum hot_view view;
	struct hot_sort sort;
	__u32 scroll; /* rows above the first one shown */
	bool help, exact;
	bool color;
};

/* Takes the terminal. It is restored also if the program crashes. False: the
 * terminal cannot be used (TERM).
 */
bool hot_live_start(struct hot_live *live);
void hot_live_stop(void);

/* How many table rows fit on the screen. */
__u32 hot_live_n_rows(void);

/* Scrolls back if the frame has too few rows for .scroll. */
void hot_live_keep_in_view(struct hot_live *live,
			   const struct hot_frame *frame);

/* The rows that it shows must be named (hot_monitor_name()). */
void hot_live_draw(const struct hot_live *live, const struct hot_frame *frame);

/* Handles the keys pressed since the last call. */
enum report_change hot_live_keys(struct hot_live *live);

#endif
