/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts searches (paths/scan.h) for files that path_cache_get() finds no path
 * of. Decides for which files, and when.
 */
#ifndef FRSP_PATH_NAMING_H
#define FRSP_PATH_NAMING_H

#include "paths/path.h"

struct path_naming;

struct path_naming *path_naming_new(void);
void path_naming_free(struct path_naming *naming);

/* Takes note of what path_cache_get() has just returned for a file. */
void path_naming_note(struct path_naming *naming, const struct path_key *key,
		      const struct path_result *file);
void path_naming_forget(struct path_naming *naming, const struct path_key *key);

/* Starts searches, and suggests the paths that they find to the cache. Call it
 * about every second.
 */
void path_naming_tend(struct path_naming *naming,
		      const struct mount_table *mounts,
		      struct path_cache *cache);

/* The progress of the search; -1: none runs. */
int path_naming_percent(const struct path_naming *naming);

#endif
