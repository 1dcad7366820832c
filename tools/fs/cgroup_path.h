/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the id of a cgroup to its path. */
#ifndef FRSP_CGROUP_PATH_H
#define FRSP_CGROUP_PATH_H

#include <stdbool.h>
#include <linux/types.h>

struct cgroup_paths;

/* Returns NULL if there is no cgroup2 hierarchy, or no memory. */
struct cgroup_paths *cgroup_paths_new(void);
void cgroup_paths_free(struct cgroup_paths *paths);

/* The path of a cgroup2 below the root of the hierarchy: "/" is the root. A
 * path that was found once stays known when the cgroup has been removed. NULL:
 * the cgroup is gone, or outside of this cgroup namespace. Valid until the next
 * cgroup_paths_trim().
 */
const char *cgroup_path(struct cgroup_paths *paths, __u64 id);

/* Forgets all paths if very many are known. Returns whether it did. */
bool cgroup_paths_trim(struct cgroup_paths *paths);

#endif
