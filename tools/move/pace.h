/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Holds the mover at a number of bytes per second, of bytes read plus bytes
 * written. Example: at 100 MB/s, a step that read and wrote 1 MB each is
 * followed by a pause until 20 ms after its begin. Time that was lost (the disk
 * was slow) is not made up for.
 */
#ifndef FRSP_MOVE_PACE_H
#define FRSP_MOVE_PACE_H

#include <linux/types.h>

struct move_pace {
	__u64 bytes_per_s; /* 0: unlimited */
	double free_at_s;  /* monotonic time when the next step may begin */
};

/* A step that began at began_s has read and written that many bytes. */
static inline void pace_add(struct move_pace *pace, double began_s, __u64 bytes)
{
	if (!pace->bytes_per_s)
		return;
	if (pace->free_at_s < began_s)
		pace->free_at_s = began_s;
	pace->free_at_s += (double)bytes / pace->bytes_per_s;
}

/* How long to pause now; not positive: not at all. */
static inline double pace_pause_s(const struct move_pace *pace, double now_s)
{
	return pace->free_at_s - now_s;
}

#endif
