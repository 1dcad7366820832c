/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tracking costs: the kernel's run-time statistics of our program. To
 * measure costs two clock readings per run of every BPF program there is, so
 * it is done in short windows, and scaled up to all events.
 */
#ifndef FRSP_HOT_COST_H
#define FRSP_HOT_COST_H

#include <linux/types.h>

struct hot_cost {
	int stats_fd; /* >= 0: a window is open */
	__u64 run_ns; /* of the program at the start of the window */
	__u64 runs;
	__u64 seen_ns; /* in all windows */
	__u64 seen_runs;
	double ns_per_event; /* the mean over all windows; 0: nothing seen yet */
};

void hot_cost_init(struct hot_cost *cost);
/* Without CAP_SYS_ADMIN no window opens and the cost stays unknown (0). */
void hot_cost_open_window(struct hot_cost *cost, int prog_fd);
void hot_cost_close_window(struct hot_cost *cost, int prog_fd);

#endif
