/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tuner of ext4's cache of extents: keeps each filesystem that wants it
 * below its bound. tune/escache.h chooses the files; this asks the kernel, and
 * clears what they have in the cache.
 */
#ifndef FRSP_DAEMON_ESCACHE_H
#define FRSP_DAEMON_ESCACHE_H

#include "daemon/filesystems.h"
#include "daemon/tracking.h"

/* All 0: nothing was looked at yet. */
struct escache_tuner {
	struct escache_seen *seen;
	double next_s; /* on CLOCK_MONOTONIC */
};

/* Looks at all filesystems if it is time to, and does or says what is due. A
 * file that the filesystem does not answer for does not hold it up. Returns 0
 * or -errno.
 */
int escache_tick(struct escache_tuner *tuner, struct es_watch *watch,
		 struct filesystems *filesystems);

void escache_end(struct escache_tuner *tuner);

#endif
