/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts the extents of a file in another process, as the filesystem may hang,
 * and a large file takes seconds.
 */
#ifndef FRSP_PATH_EXTENTS_H
#define FRSP_PATH_EXTENTS_H

#include "fs/extent_count.h"
#include "paths/inode.h"

struct path_extents;

/* Begins to count. tiers: is copied. Returns 0 or -errno. */
int path_extents_start(const struct path_inode_query *query,
		       const struct tiers *tiers, struct path_extents **out);

/* Ends the count if it still runs. NULL: does nothing. */
void path_extents_free(struct path_extents *extents);

/* Returns -EINPROGRESS: it still counts; 0: .is_complete; -ETIMEDOUT: it got no
 * answer for 10 s and was ended; or another -errno.
 */
int path_extents_state(struct path_extents *extents);

/* What is counted so far. */
const struct extent_count *
path_extents_count(const struct path_extents *extents);

#endif
