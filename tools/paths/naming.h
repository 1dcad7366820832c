/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has the files searched for that path.h finds no path of: which, and when. */
#ifndef FRSP_PATH_NAMING_H
#define FRSP_PATH_NAMING_H

#include "paths/path.h"

struct path_naming;

struct path_naming *path_naming_new(void);
void path_naming_free(struct path_naming *naming);

/* What path_cache_get() has just said of a file. */
void path_naming_note(struct path_naming *naming, const struct path_key *key,
		      const struct path_result *file);
void path_naming_forget(struct path_naming *naming, const struct path_key *key);

/* Starts searches, and hands to the cache what they find: call it every second
 * or so.
 */
void path_naming_tend(struct path_naming *naming,
		      const struct mount_table *mounts,
		      struct path_cache *cache);

/* How far the search is; -1: there is none. */
int path_naming_percent(const struct path_naming *naming);

#endif
