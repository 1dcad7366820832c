/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory for a test's files; the test's setup makes it, and its teardown
 * removes it. */
#ifndef FRSP_SCRATCH_H
#define FRSP_SCRATCH_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suite.h"

static char scratch[] = "/tmp/frsp-unit.XXXXXX";

/* Returns the path of the file in a static buffer, valid until the next call. */
static inline const char *scratch_path(const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", scratch, file);
	return path;
}

/* Writes a file, and makes its directories. */
static inline void scratch_write(const char *file, const char *text)
{
	const char *path = scratch_path(file);
	char copy[PATH_MAX];
	FILE *out;
	int closed;

	strcpy(copy, path);
	for (char *c = copy + sizeof(scratch); (c = strchr(c, '/'));
	     *c++ = '/') {
		*c = '\0';
		mkdir(copy, 0755);
	}
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	closed = fclose(out);
	assert_int_equal(closed, 0);
}

static inline int scratch_setup(void **state)
{
	(void)state;
	strcpy(scratch + sizeof(scratch) - 7, "XXXXXX");
	return mkdtemp(scratch) ? 0 : -1;
}

static inline int scratch_remove(const char *path, const struct stat *st,
				 int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int scratch_teardown(void **state)
{
	(void)state;
	return nftw(scratch, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

#define scratch_test(test)                                                     \
	cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

#endif
