/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps what would be forgotten: heat when frspd ends and its programs with it,
 * and what frsp.ko knows when a filesystem is unmounted. At intervals and at
 * the end a child writes both to the state directory. When a filesystem is
 * seen, a child reads them again. One child runs at a time, and one that hangs
 * is left behind, so a disk holds up nothing else.
 */
#ifndef FRSP_DAEMON_STATE_H
#define FRSP_DAEMON_STATE_H

#include "config/config.h"
#include "daemon/filesystems.h"

struct hot_monitor;
struct state_child;

struct state {
	char directory[PATH_MAX];
	struct state_child *child; /* NULL: none runs */
	double next_s;		   /* to save, on CLOCK_MONOTONIC */
	int told_err;		   /* of saving, what was said last */
};

/* The files are in the directory "filesystems" below the one that systemd
 * names, or below the usual one.
 */
void state_begin(struct state *state, const struct config *config);

/* Begins to restore or to save, if it is time to. Returns 0 or -errno. */
int state_tick(struct state *state, const struct config *config,
	       struct filesystems *filesystems, struct hot_monitor *monitor);

/* Saves all, and waits a little for that. */
void state_end(struct state *state, struct filesystems *filesystems,
	       struct hot_monitor *monitor);

#endif
