/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with which file, in words. */
#ifndef FRSP_PLOOP_PROBLEM_H
#define FRSP_PLOOP_PROBLEM_H

#include <limits.h>

#define PROBLEM_TEXT 256

struct image_problem {
	char path[PATH_MAX]; /* of the file; also with other errors */
	char text[PROBLEM_TEXT];
};

/* Fills in the problem. Returns -EBADMSG. */
int problem_say(struct image_problem *problem, const char *path,
		const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for an error that has no words of its own. Returns err. */
int problem_with(struct image_problem *problem, const char *path, int err);

#endif
