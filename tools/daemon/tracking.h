/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs that count which files are hot, and if a tuner wants it, what is
 * in ext4's cache of extents. They are attached once: if they are pinned
 * already, frspd takes them; else it loads and pins them, and hotmon, frsp-top
 * and frspctl take them from frspd.
 */
#ifndef FRSP_DAEMON_TRACKING_H
#define FRSP_DAEMON_TRACKING_H

#include <stdbool.h>

#include "base/log.h"

struct hot_monitor;
struct es_watch;

/* The programs that are watched. */
struct tracking {
	struct hot_monitor *monitor;
	struct es_watch *es; /* NULL: the cache of extents is not watched */
};

/* with_es: watch the cache of extents, too. On success the caller calls
 * tracking_end(). Else it has printed why.
 */
enum exit_code tracking_begin(bool with_es, struct tracking *tracking);

/* Opens the pinned table once more, for a process that only reads it. program:
 * hot_track_prog_fd() of the first reader, which is then this one's; 0: find
 * it, which needs CAP_SYS_ADMIN. Returns 0 or -errno.
 */
int tracking_open_reader(int program, struct hot_monitor **out);

/* Unpins what frspd has pinned, also one that was killed. What a person has
 * pinned stays. Returns 0 or -errno.
 */
int tracking_end(struct tracking *tracking);

#endif
