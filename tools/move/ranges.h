/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of parts of files, such as a program writes that knows which are hot:
 *
 *   # OFFSET LENGTH PATH
 *   0 16M /srv/db/table
 *   1G - /srv/db/table
 *   0 - /srv/vm/disk image.raw
 *
 * Numbers are bytes, or have K, M, G or T. "-" as the length: up to the end.
 * The path is the rest of the line. Lines for one file need not be next to each
 * other, may name it differently, and may overlap.
 */
#ifndef FRSP_MOVE_RANGES_H
#define FRSP_MOVE_RANGES_H

#include <stdio.h>

#include "move/plan.h"

/* A file of the list. */
struct ranges_file {
	char *path; /* absolute, without symbolic links, if it exists */
	struct file_range *ranges; /* by rising start; none touches another */
	size_t n;
};

struct ranges {
	struct ranges_file *files; /* by path */
	size_t n;
};

struct ranges_error {
	unsigned int line;
	const char *what, *remedy;
};

/* 0; -EINVAL: error says what is wrong; -ENOMEM; or another -errno. On success
 * the caller frees it.
 */
int ranges_read(FILE *in, struct ranges *ranges, struct ranges_error *error);
void ranges_free(struct ranges *ranges);

/* The file of the list with this path; NULL: there is none. */
const struct ranges_file *ranges_of(const struct ranges *ranges,
				    const char *path);

#endif
