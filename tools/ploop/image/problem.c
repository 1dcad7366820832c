// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void set_path(struct image_problem *problem, const char *path)
{
	snprintf(problem->path, sizeof(problem->path), "%s", path);
}

int problem_say(struct image_problem *problem, const char *path,
		const char *format, ...)
{
	va_list args;

	set_path(problem, path);
	va_start(args, format);
	vsnprintf(problem->text, sizeof(problem->text), format, args);
	va_end(args);
	return -EBADMSG;
}

int problem_with(struct image_problem *problem, const char *path, int err)
{
	set_path(problem, path);
	snprintf(problem->text, sizeof(problem->text), "%s",
		 err == -EINVAL	  ? "it is not a regular file"
		 : err == -EAGAIN ? "another process has it open"
		 : err == -EINTR  ? "interrupted"
				  : strerror(-err));
	return err;
}
