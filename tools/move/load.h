/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Measures the I/O of the whole machine in a window of time. */
#ifndef FRSP_MOVE_LOAD_H
#define FRSP_MOVE_LOAD_H

#include "fs/diskstats.h"
#include "move/idle.h"

struct load_window {
	double began_s;
	bool has_pressure;
	__u64 waited_us; /* the sum of the times in which a task waited */
	struct diskstats disks;
};

/* Begins a window. 0 or -errno: the disks' counters cannot be read. */
int load_begin(struct load_window *window);

/* Ends it: fills in what happened since its begin. Frees it in any case. 0 or
 * -errno.
 */
int load_end(struct load_window *window, double now_s, struct idle_load *load);
void load_free(struct load_window *window);

#endif
