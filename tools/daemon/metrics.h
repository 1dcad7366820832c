/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes frspd's metrics in the text format of Prometheus. The labels are
 * bounded: fs is the name of a filesystem's device, and nothing is labelled by
 * file or process. frspd(8) lists the metrics.
 */
#ifndef FRSP_DAEMON_METRICS_H
#define FRSP_DAEMON_METRICS_H

#include <stdbool.h>
#include <stdio.h>

#include "fs/es_info.h"
#include "module/fs_status.h"

struct metrics_fs {
	const char *name; /* of its device, for people */
	const char *uuid, *mode;
	bool has_escache, has_frsp; /* what follows is known */
	struct es_info escache;
	struct fs_status frsp;
	/* Of the tuner of its trees: changes, and what it leaves alone. */
	bool has_trees;
	__u64 trees_raised, trees_lowered, trees_left_alone;
};

struct metrics {
	const char *version;
	/* of the programs that count which files are hot */
	__u64 ios, dropped, missed, evicted; /* since they were pinned */
	__u64 slots, slots_used, map_bytes;
	double io_seconds; /* the mean cost of an I/O; 0: not measured yet */
	const struct metrics_fs *filesystems;
	size_t n;
};

void metrics_write(FILE *out, const struct metrics *metrics);

#endif
