/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of relocation, each a process: for daemon/relocation.c only. */
#ifndef FRSP_DAEMON_RELOCATION_RUN_H
#define FRSP_DAEMON_RELOCATION_RUN_H

#include "daemon/relocation.h"

/* Whether frspd may move data of the filesystem. */
bool relocation_may_move(const struct relocation *relocation,
			 const struct filesystem *fs);

/* How long it may do that from now on, by the time of day. */
double relocation_window_s(const struct filesystem *fs);

/* Begins with a plan. 0 or -errno. */
int relocation_plan(struct relocation *relocation, struct filesystem *fs);

/* The process has ended: takes what it found or did, and begins the next step,
 * if there is one. fs: NULL: the filesystem is not mounted any more.
 */
void relocation_step(struct relocation *relocation, struct filesystem *fs,
		     int status);

/* Notes in the journal which job the process is, as soon as it is one. */
void relocation_note_job(struct relocation *relocation);

/* Sets when the next plan is due. */
void relocation_rest(const struct relocation *relocation,
		     struct filesystem *fs);

/* Says why it cannot move data, but not the same twice. */
void relocation_tell(struct filesystem *fs, const char *why);

#endif
