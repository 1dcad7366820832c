/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frspd's decisions: enters them into the journal (move/decision.h), before the
 * change is made, and says them. The file of the journal may be on a disk that
 * does not answer, so the process aside writes it.
 */
#ifndef FRSP_DAEMON_DECIDE_H
#define FRSP_DAEMON_DECIDE_H

#include "daemon/filesystems.h"
#include "move/decision.h"

/* Enters the decision, of which the caller has set .tuner, .tunable, .before,
 * .after, .scenario and .figures. 0 or -errno: the change must not be made
 * then. It has said, once until it succeeds again, why it fails.
 */
int decide(const struct filesystem *fs, struct decision *decision);

/* Reads the last decision on a tunable of the filesystem that was carried out
 * since the machine was booted. 0, -ENOENT: there is none, or another -errno.
 * .tuner and .tunable are set by the caller.
 */
int decide_last(const struct filesystem *fs, struct decision *decision);

/* The change could not be made. */
void decide_failed(const struct decision *decision);

/* Notes the job with which that process carries it out. 0, -ENOENT: it has none
 * yet, or another -errno.
 */
int decide_job(const struct decision *decision, pid_t pid);

/* How many bytes its job has moved. 0, -ENOENT: it has no job, or another
 * -errno.
 */
int decide_moved(const struct decision *decision, __u64 *bytes);

/* Says something of a decision, with its fields; a decision that has no id yet
 * has none in the fields either.
 */
void decide_say(const struct say_kind *kind, const struct filesystem *fs,
		const struct decision *decision, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The file of the journal. */
const char *decide_journal(void);

#endif
