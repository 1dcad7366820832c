/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the mount that a path leads to, with nothing but the mount table. */
#ifndef FRSP_MOUNT_REACH_H
#define FRSP_MOUNT_REACH_H

#include <stddef.h>

struct mount_entry;

/* Returns the one of the n entries that the path is on, or NULL. path:
 * absolute, without symbolic links. A mount is hidden if its own target is on
 * another mount, which covers the target or a directory above it.
 */
const struct mount_entry *mount_reach(const struct mount_entry *entries,
				      size_t n, const char *path);

#endif
