/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tuner that moves hot ranges to the fast tier, and cold ones away from it.
 * It keeps the history of heat; "frspctl plan" decides on it, and "frspctl
 * apply" carries that out, each in a process of its own. So a filesystem that
 * does not answer holds up that process only, and whatever a person can do with
 * a job can be done with frspd's.
 */
#ifndef FRSP_DAEMON_RELOCATION_H
#define FRSP_DAEMON_RELOCATION_H

#include "daemon/command.h"
#include "daemon/filesystems.h"
#include "fs/unmount_watch.h"
#include "move/decision.h"

struct history;
struct hot_monitor;

enum relocation_stage {
	RELOCATION_IDLE,
	RELOCATION_PLANS,
	RELOCATION_MOVES,
	RELOCATION_LISTS, /* the files to defragment */
	RELOCATION_DEFRAGS,
};

/* For daemon/give_way.h. */
struct give_way {
	struct unmount_watch watch; /* open while a process runs */
	__u64 seen;		    /* its count at the last look */
	bool is_giving;		    /* the process was told to end for it */
	double until_s; /* nothing begins before, on CLOCK_MONOTONIC */
	int told_err;	/* why it does not watch, as it was said */
};

/* All 0: nothing was done yet. The caller sets .root and .may_move. */
struct relocation {
	const char *root; /* of the configuration */
	bool may_move;	  /* frspd has kept the rights */
	struct history *history;
	int told_err; /* of the history */
	enum relocation_stage stage;
	struct command command;
	__u32 dev;    /* of the filesystem that it works on */
	int mount_id; /* the same */
	double began_s, plan_s;
	char file[PATH_MAX]; /* that the process writes: a plan or a list */
	struct decision decision;
	bool has_job; /* it is in the decision */
	/* how long tasks have waited for I/O, of the last look */
	__u64 waited_us;
	double looked_s, pressure;
	struct give_way way;
};

/* Looks once a second whether something is due or done. Returns 0 or -errno. */
int relocation_tick(struct relocation *relocation, struct hot_monitor *monitor,
		    struct filesystems *filesystems);

/* To be called more often, each GIVE_WAY_LOOK_US, while .command.is_running. */
void relocation_look(struct relocation *relocation,
		     struct filesystems *filesystems);

/* Ends what is going on: the mover after its present step. */
void relocation_end(struct relocation *relocation);

#endif
