/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history of heat, in memory: what the policy decides on, interval by
 * interval. It is two recordings (trace/trace.h), an older one and one that
 * goes on, so old I/O is forgotten half at a time. Their intervals become
 * longer if they would take too much memory.
 */
#ifndef FRSP_DAEMON_HISTORY_H
#define FRSP_DAEMON_HISTORY_H

#include <stdbool.h>
#include <linux/types.h>

struct hot_monitor;
struct history;

/* 0 or -errno. The monitor must live longer. */
int history_begin(struct hot_monitor *monitor, struct history **out);
void history_end(struct history *history); /* NULL: does nothing */

/* Call it every second. 0 or -errno: the history is of no use any more. */
int history_tick(struct history *history);

/* Ends an interval now, so that all I/O by now is in the recordings. Fills in
 * their files, the older one first. Returns how many there are, or -errno.
 */
#define HISTORY_FILES 2
int history_files(struct history *history, int fds[HISTORY_FILES]);

#endif
