/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Searches a mounted filesystem for the names of some inodes, in a process of
 * its own that has the lowest priority.
 */
#ifndef FRSP_PATH_SCAN_H
#define FRSP_PATH_SCAN_H

#include "paths/path.h"

struct path_scan;

/* Searches everything that the mounts of the filesystem show, according to the
 * present table. keys: are copied; no two have the same inode number. Returns 0
 * or -errno.
 */
int path_scan_start(const struct mount_table *table, __u32 fs_dev,
		    const struct path_key *keys, size_t n_keys,
		    struct path_scan **out);

/* Also ends the search, if it still runs. */
void path_scan_free(struct path_scan *scan);

/* Returns a path that was not returned yet; NULL: none now. The path led to the
 * inode number when it was found: check whether it still does.
 */
const char *path_scan_next(struct path_scan *scan, struct path_key *key);

/* True if the search is over. It will find nothing more, but path_scan_next()
 * may still have paths.
 */
bool path_scan_is_over(struct path_scan *scan);

int path_scan_percent(const struct path_scan *scan);

#endif
