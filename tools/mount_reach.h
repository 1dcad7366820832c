/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which mounts can be reached, said by the mount table alone. */
#ifndef FRSP_MOUNT_REACH_H
#define FRSP_MOUNT_REACH_H

#include <stdbool.h>
#include <stddef.h>

struct mount_entry;

/* Does the way to the target of entry, one of the n entries, lead to it? False:
 * another mount covers it, or a directory above it.
 */
bool mount_is_reachable(const struct mount_entry *entries, size_t n,
			const struct mount_entry *entry);

#endif
