/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tuner of frsp.ko's trees: sets how much memory they may take, and how
 * hard frsp.ko tries to know free space, on each filesystem that wants it.
 * tune/trees.h decides; each change is a decision of the journal.
 */
#ifndef FRSP_DAEMON_TREES_H
#define FRSP_DAEMON_TREES_H

#include "daemon/filesystems.h"

/* All 0: nothing was looked at yet. */
struct trees_tuner {
	double looked_s; /* on CLOCK_MONOTONIC */
	__u64 waited_us; /* for memory, in all, at that time */
};

/* Looks at all filesystems if it is time to, and does or says what is due. */
void trees_tick(struct trees_tuner *tuner, struct filesystems *filesystems);

#endif
