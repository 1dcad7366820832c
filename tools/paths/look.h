/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One look for the path of an inode, through all mounts of its filesystem. */
#ifndef FRSP_PATH_LOOK_H
#define FRSP_PATH_LOOK_H

#include "paths/find.h"
#include "paths/path.h"

struct path_look;

/* table: must outlive it */
int path_look_new(const struct mount_table *table, struct path_look **out);
void path_look_free(struct path_look *look);

/* Names are those at or below this directory, where a file has one there. NULL:
 * any. 0 or -errno.
 */
int path_look_prefer(struct path_look *look, const char *directory);

/* From now on all looks together take some 2 s, at most. */
void path_look_limit(struct path_look *look);

/* That time is over, or we are told to end: no look may be begun. */
bool path_look_is_late(struct path_look *look);

/* What is known of the file, to be filled in before path_look() and better
 * after it.
 */
struct path_lookup *path_look_file(struct path_look *look);

/* result: with .fs_dev. Returns 0; -EPERM without CAP_DAC_READ_SEARCH;
 * -ECANCELED: it was late, so not all mounts were asked. In these cases result
 * is filled in; its path is valid until the next call.
 *
 * cached: -EAGAIN if only the disk can tell whether the last path is right.
 */
int path_look(struct path_look *look, bool cached, struct path_result *result);

#endif
