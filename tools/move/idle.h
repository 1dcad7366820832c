/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides whether the machine is idle, from what others did in short windows of
 * time in which the mover itself did no I/O. Two bounds, so that the mover does
 * not start and stop all the time:
 *
 *   it begins   after IDLE_AFTER_S without a window above the lower bounds
 *   it stops    at the first window above the upper bounds
 */
#ifndef FRSP_MOVE_IDLE_H
#define FRSP_MOVE_IDLE_H

#include <stdbool.h>

#define IDLE_AFTER_S 3.0

struct idle_bounds {
	double pressure_low, pressure_high, queue_low, queue_high;
};

/* Nobody else uses the disks. */
extern const struct idle_bounds idle_usual;

/* Others wait for I/O for at most this share of the time; it is idle again
 * below half of it.
 */
struct idle_bounds idle_below_pressure(double share);

struct idle_load {
	/* the share of the window in which some task waited for I/O, from
	 * /proc/pressure/io; 0 where the kernel has no such file
	 */
	double pressure;
	/* mean number of requests in flight, of the disk with the most */
	double queue;
};

struct idle {
	bool is_idle;
	bool is_quiet; /* since quiet_s */
	double quiet_s;
};

/* Notes a window [began_s, ended_s). */
void idle_note(struct idle *idle, const struct idle_bounds *bounds,
	       const struct idle_load *load, double began_s, double ended_s);

#endif
