/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Translates a path inside a filesystem to the paths at which its mounts show
 * it. The mount table alone gives the answer: no mount is asked.
 */
#ifndef FRSP_PATH_PLACES_H
#define FRSP_PATH_PLACES_H

#include <limits.h>
#include <stdbool.h>

#include "fs/mount.h"

struct path_places {
	const struct mount_table *table;
	__u32 fs_dev;
	const char *inside; /* the path from the filesystem's root: "/a/f" */
	const char *prefer; /* a directory; NULL: no preference */
	bool preferred_only;
	/* the caller sets the rest to 0 */
	const struct mount_entry *last;
	bool others;	 /* second round: paths that are not preferred */
	bool is_covered; /* another mount covers one of the paths */
};

/* Sets path to the next path and returns the mount that it is on; NULL: no
 * more paths. Paths at or below the preferred directory come first. Otherwise
 * the order is by mount: those that show more of the filesystem come first.
 */
const struct mount_entry *path_places_next(struct path_places *places,
					   char path[PATH_MAX]);

/* Translates a path on this mount to the path inside the filesystem. False: it
 * is not known which part of the filesystem the mount shows, path is not below
 * the mount's target, or inside is too long.
 */
bool path_inside(const struct mount_entry *entry, const char *path,
		 char inside[PATH_MAX]);

/* True also if both are the same. */
bool path_is_below(const char *path, const char *directory);

#endif
