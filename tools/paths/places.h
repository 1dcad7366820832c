/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a path inside of a filesystem to the paths that its mounts give it, by
 * the mount table alone: no mount is asked.
 */
#ifndef FRSP_PATH_PLACES_H
#define FRSP_PATH_PLACES_H

#include <limits.h>
#include <stdbool.h>

#include "fs/mount.h"

struct path_places {
	const struct mount_table *table;
	__u32 fs_dev;
	const char *inside; /* the path, from the filesystem's root: "/a/f" */
	const char *prefer; /* a directory; NULL: none is preferred */
	bool preferred_only;
	/* the rest begins as 0 */
	const struct mount_entry *last;
	bool others;	 /* than those at or below the preferred one */
	bool is_covered; /* on a mount that would show it */
};

/* The next path, and the mount that it is on; NULL: there is no more. Those at
 * or below the preferred directory come first, and then those of mounts that
 * show more of the filesystem.
 */
const struct mount_entry *path_places_next(struct path_places *places,
					   char path[PATH_MAX]);

/* Sets inside to the path inside of the filesystem of a path on this mount.
 * False: the mount does not know where it is in it, or the path is longer.
 */
bool path_inside(const struct mount_entry *entry, const char *path,
		 char inside[PATH_MAX]);

bool path_is_below(const char *path, const char *directory); /* or the same */

#endif
