/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time, as one number. */
#ifndef FRSP_CLOCK_H
#define FRSP_CLOCK_H

#include <time.h>
#include <linux/types.h>

#define NSEC_PER_SEC 1000000000ULL

static inline __u64 clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static inline double clock_monotonic_s(void)
{
	return clock_ns(CLOCK_MONOTONIC) / 1e9;
}

#endif
