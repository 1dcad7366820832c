// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <bpf/libbpf.h>

static const char *program_name = "frsp";
static bool verbose_output;

static int libbpf_print(enum libbpf_print_level level, const char *format,
			va_list args)
{
	if (!verbose_output || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, format, args);
}

void log_init(const char *program, bool verbose)
{
	program_name = program;
	verbose_output = verbose;
	libbpf_set_print(libbpf_print);
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
