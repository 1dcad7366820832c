/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A search of a mounted filesystem for the names of some inodes, in a process
 * of its own that gives way to all others.
 */
#ifndef FRSP_PATH_SCAN_H
#define FRSP_PATH_SCAN_H

#include "paths/path.h"

struct path_scan;

/* Looks through all that the mounts of the filesystem show, as the table has
 * them now. keys: are copied; their inode numbers are all different. Returns 0
 * or -errno.
 */
int path_scan_start(const struct mount_table *table, __u32 fs_dev,
		    const struct path_key *keys, size_t n_keys,
		    struct path_scan **out);

/* Ends the search, too. */
void path_scan_free(struct path_scan *scan);

/* The next path found since the last call, or NULL: none yet. It led to the
 * inode number; look whether it still does.
 */
const char *path_scan_next(struct path_scan *scan, struct path_key *key);

/* True when path_scan_next() will find no more than it does now. */
bool path_scan_is_over(struct path_scan *scan);

int path_scan_percent(const struct path_scan *scan);

#endif
