/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child processes, which may hang in a filesystem so that we do not. */
#ifndef FRSP_CHILD_H
#define FRSP_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* As fork(). The child keeps the parent's memory, working directory and file
 * keep_fd (-1: none), but no other file, no terminal and no signal handlers. It
 * is killed when its parent ends. name: what ps shows.
 */
pid_t child_fork(const char *name, int keep_fd);

/* The same with n files to keep, in ascending order. */
pid_t child_fork_keeping(const char *name, const int *keep, size_t n);

/*
 * Starts another program, without new privileges. It gets SIGTERM when its
 * parent ends. argv[0]: its path. fds become its files 3, 4, ...; n_fds: at
 * most CHILD_MAX_FDS. errors: becomes its standard error; it reads nothing, and
 * what it writes to standard output is lost. Returns its pid or -errno; the
 * exit status 127 says that it could not be started.
 */
#define CHILD_MAX_FDS 4
pid_t child_exec(char *const argv[], const int *fds, size_t n_fds, int errors);

/* True if this process is such a child. */
bool child_is_this(void);

/* True if the child has ended. Then the kernel may give its pid to another
 * process, so do not ask again.
 */
bool child_has_ended(pid_t child);

/* Kills the child. If it does not end at once, because a filesystem holds it,
 * it is left behind.
 */
void child_end(pid_t child);

/* Calls run(context) in a child that has none of our files. What it changes in
 * memory, we do not see. Waits patience_s for the child, or less if the program
 * is told to end. Returns what run() returns, 0 or -errno; -ETIMEDOUT: the
 * child goes on without us; or another -errno.
 */
int child_run(const char *name, int (*run)(void *context), void *context,
	      double patience_s);

#endif
