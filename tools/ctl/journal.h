/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal of the jobs, for the commands. If a function returns an exit code
 * other than EXIT_OK, it has printed why.
 */
#ifndef FRSP_CTL_JOURNAL_H
#define FRSP_CTL_JOURNAL_H

#include "ctl/ctl.h"
#include "move/journal.h"

/* Opens the journal, or makes it, to enter a job. After EXIT_OK the caller
 * closes it.
 */
enum exit_code ctl_journal_make(const struct ctl *ctl, struct journal **out);

/* Opens the journal to read it. *out is NULL after EXIT_OK if there is none. */
enum exit_code ctl_journal_open(const struct ctl *ctl, struct journal **out);

/* Reads the job that the argument names: it is ctl->args[0]. Opens the journal;
 * after EXIT_OK the caller closes it and frees jobs, which has one.
 */
enum exit_code ctl_journal_job(const struct ctl *ctl, struct journal **out,
			       struct journal_jobs *jobs);

/* Prints that the journal failed with err (-errno), and what to do. */
enum exit_code ctl_journal_failed(const struct ctl *ctl, int err);

#endif
