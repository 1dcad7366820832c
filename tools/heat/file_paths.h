/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the files of the hot table are: by paths/, if their filesystem is there
 * and mounted here; else their last path, and why there is no other.
 */
#ifndef FRSP_FILE_PATHS_H
#define FRSP_FILE_PATHS_H

#include "fs/mount.h"
#include "heat/fs_identity.h"
#include "paths/path.h"

struct file_paths;
struct hot_replay;

struct file_paths_options {
	size_t max_files;   /* of the table */
	const char *prefer; /* a directory, see path_cache_prefer(), or NULL */
	/* Take the paths that a recording has, and ask for none. NULL: ask. */
	const struct hot_replay *replay;
	bool no_scan; /* do not search filesystems for files without a path */
};

/* identities and mounts must live longer. Returns 0 or -errno. */
int file_paths_new(const struct file_paths_options *options,
		   struct fs_identities *identities,
		   const struct mount_table *mounts, struct file_paths **out);
void file_paths_free(struct file_paths *paths); /* NULL: does nothing */

/* What is known of the files; for path_cache_has() and the like. */
struct path_cache *file_paths_cache(const struct file_paths *paths);

/* Call it every second or so: it goes on with the search. */
void file_paths_tend(struct file_paths *paths);

void file_paths_forget(struct file_paths *paths, const struct path_key *key);

/* Looks the path up. *result is valid until the next call. */
void file_paths_get(struct file_paths *paths, const struct path_key *key,
		    struct path_result *result);

/* The same, but the last path will do, if there is one. */
void file_paths_get_any(struct file_paths *paths, const struct path_key *key,
			struct path_result *result);

/* How much of the search is done; -1: none is running. */
int file_paths_percent(const struct file_paths *paths);

#endif
