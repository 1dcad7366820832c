/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages for people, on stderr, and the exit codes all commands share. */
#ifndef FRSP_LOG_H
#define FRSP_LOG_H

/* The man pages list them under EXIT STATUS. */
enum exit_code {
	EXIT_OK,
	EXIT_FAILED,
	EXIT_USAGE,
	EXIT_UNSUPPORTED, /* by this kernel or system */
	EXIT_PERMISSION,
	EXIT_CANCELLED, /* by another program: only jobs of frspctl */
};

/* Sets the name that messages begin with. */
void log_init(const char *program);

/* Prints "PROGRAM: text". */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "PROGRAM: cause" and, on the next line, the hint. Returns code. */
int log_fail(enum exit_code code, const char *hint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for want of memory. Returns EXIT_FAILED. */
int log_no_memory(void);

#endif
