/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tuner of summaries: has frsp.ko know the block groups of each filesystem
 * that wants it. tune/summaries.h decides; daemon/state.h has what was saved.
 */
#ifndef FRSP_DAEMON_SUMMARIES_H
#define FRSP_DAEMON_SUMMARIES_H

#include "daemon/filesystems.h"

/* All 0: nothing was looked at yet. */
struct summaries_tuner {
	double next_s; /* on CLOCK_MONOTONIC */
};

/* Looks at all filesystems if it is time to, and does or says what is due. */
void summaries_tick(struct summaries_tuner *tuner,
		    struct filesystems *filesystems);

#endif
