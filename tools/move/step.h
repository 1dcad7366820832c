/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many bytes one call exchanges. During the call, whoever writes the file
 * waits, so the call should be short: a longer one than 10 ms halves the next
 * step, a shorter one than 3 ms doubles it.
 */
#ifndef FRSP_MOVE_STEP_H
#define FRSP_MOVE_STEP_H

#include <linux/types.h>

#define STEP_MIN_BYTES	 (64ULL << 10)
#define STEP_START_BYTES (1ULL << 20)
#define STEP_MAX_BYTES	 (8ULL << 20)
#define STEP_LONG_S	 0.010
#define STEP_SHORT_S	 0.003

/* The next step after a call that exchanged step bytes in that time. */
static inline __u64 step_next(__u64 step, double seconds)
{
	if (seconds > STEP_LONG_S && step > STEP_MIN_BYTES)
		return step / 2;
	if (seconds < STEP_SHORT_S && step < STEP_MAX_BYTES)
		return step * 2;
	return step;
}

#endif
