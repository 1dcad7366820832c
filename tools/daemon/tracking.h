/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs that count which files are hot. They are attached once: if they
 * are pinned already, frspd takes them; else it loads and pins them, and
 * hotmon, frsp-top and frspctl take them from frspd.
 */
#ifndef FRSP_DAEMON_TRACKING_H
#define FRSP_DAEMON_TRACKING_H

#include "base/log.h"

struct hot_monitor;

/* On success the caller calls tracking_end(). Else it has printed why. */
enum exit_code tracking_begin(struct hot_monitor **out);

/* Unpins what frspd has pinned, also one that was killed. What a person has
 * pinned stays. Returns 0 or -errno.
 */
int tracking_end(struct hot_monitor *monitor);

#endif
