/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frspctl that frspd runs: the one that is installed beside it. Example:
 *
 *	command_begin(&command, "plan");
 *	command_add(&command, "--output=%s", path);
 *	command_start(&command, fds, n_fds);
 *	each second: command_has_ended(&command, &status)
 *	command_error(&command, status, text, sizeof(text));
 */
#ifndef FRSP_DAEMON_COMMAND_H
#define FRSP_DAEMON_COMMAND_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define COMMAND_MAX_ARGS 20

/* All 0: none was run yet. */
struct command {
	char args[COMMAND_MAX_ARGS][PATH_MAX + 16];
	size_t n;
	bool is_running, has_errors;
	pid_t child; /* that runs, or has ended */
	int errors;  /* what it has written to standard error */
};

/* Begins a command line, after the last one has ended. */
void command_begin(struct command *command, const char *name);
void command_add(struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds an option with a file below root, if there is such a file. root "":
 * none, as frspctl takes that file by itself.
 */
void command_add_file(struct command *command, const char *option,
		      const char *root, const char *path);

/* fds: as of child_exec(). 0 or -errno. */
int command_start(struct command *command, const int *fds, size_t n_fds);

/* status: as of wait(2) */
bool command_has_ended(struct command *command, int *status);

/* Why it has failed: the first line that it wrote. */
void command_error(const struct command *command, int status, char *text,
		   size_t size);

/* Asks it to end, waits for a second at most, and then kills it. */
void command_end(struct command *command);

#endif
