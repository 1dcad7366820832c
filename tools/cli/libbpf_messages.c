// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/libbpf_messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <bpf/libbpf.h>

static bool is_shown;

static int print(enum libbpf_print_level level, const char *format,
		 va_list args)
{
	if (!is_shown || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, format, args);
}

void libbpf_messages_show(bool show)
{
	is_shown = show;
	libbpf_set_print(print);
}
