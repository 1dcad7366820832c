/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a path leads, said by the mount table alone. */
#ifndef FRSP_MOUNT_REACH_H
#define FRSP_MOUNT_REACH_H

#include <stddef.h>

struct mount_entry;

/* The mount, of the n entries, that the path is on, or NULL. path: absolute,
 * without links. A mount is hidden if its own target is on another one, which
 * covers it or a directory above it.
 */
const struct mount_entry *mount_reach(const struct mount_entry *entries,
				      size_t n, const char *path);

#endif
