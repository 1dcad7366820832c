/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes of ours that may hang in a filesystem, so that we do not. */
#ifndef FRSP_CHILD_H
#define FRSP_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* As fork(). Of the parent's the child has memory, the working directory and
 * the file keep_fd (-1: none), but no terminal and no signal handlers. It is
 * killed when its parent ends. name: what ps shows.
 */
pid_t child_fork(const char *name, int keep_fd);

/* Is this process such a child? */
bool child_is_this(void);

/* If so, its number is free for others: ask once. */
bool child_has_ended(pid_t child);

/* Kills it. One that does not end at once, as a filesystem holds it, is left
 * behind.
 */
void child_end(pid_t child);

/* Has run(context) done by a child, without files but its own; what it changes
 * in memory stays there. Waits patience_s for it, less when we are to end.
 * Returns what run() returns, 0 or -errno; -ETIMEDOUT: it goes on without us.
 */
int child_run(const char *name, int (*run)(void *context), void *context,
	      double patience_s);

#endif
