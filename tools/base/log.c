// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *program_name = "frsp";

void log_init(const char *program)
{
	program_name = program;
}

static void print_line(const char *format, va_list args)
{
	fprintf(stderr, "%s: ", program_name);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(format, args);
	va_end(args);
}

int log_fail(enum exit_code code, const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(format, args);
	va_end(args);
	if (hint)
		fprintf(stderr, "  hint: %s\n", hint);
	return code;
}

int log_no_memory(void)
{
	return log_fail(EXIT_FAILED, NULL, "%s", strerror(ENOMEM));
}
