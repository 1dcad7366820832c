/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks up the path of one inode, through all mounts of its filesystem. */
#ifndef FRSP_PATH_LOOK_H
#define FRSP_PATH_LOOK_H

#include "paths/find.h"
#include "paths/path.h"

struct path_look;

/* table: must outlive the result */
int path_look_new(const struct mount_table *table, struct path_look **out);
void path_look_free(struct path_look *look);

/* Prefers paths at or below this directory; NULL: no preference. Returns 0 or
 * -errno.
 */
int path_look_prefer(struct path_look *look, const char *directory);

/* From now on all look-ups together take about 2 s at most. The time between
 * them does not count.
 */
void path_look_limit(struct path_look *look);

/* True if that time is over, or the program was told to end more than 0.4 s
 * ago. Then no look-up may begin.
 */
bool path_look_is_late(struct path_look *look);

/* What is known about the file. The caller fills it in before path_look(),
 * which improves it.
 */
struct path_lookup *path_look_file(struct path_look *look);

/* The caller sets result->fs_dev. Returns 0; -EPERM without
 * CAP_DAC_READ_SEARCH; -ECANCELED: time ran out, so not all mounts were asked.
 * In these cases result is filled in; its path is valid until the next call.
 *
 * cached: check the last path without the disk, and return -EAGAIN if only the
 * disk can tell whether it is right.
 */
int path_look(struct path_look *look, bool cached, struct path_result *result);

#endif
