/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory the cgroups allow this process. */
#ifndef FRSP_MEMORY_LIMIT_H
#define FRSP_MEMORY_LIMIT_H

#include <linux/types.h>

/* The least limit of the cgroups that this process is in, up to the root, in
 * bytes. ~0ULL: there is none, or it is not in sight.
 */
__u64 memory_limit(void);

/* The same. mounts, cgroups: files as /proc/self/mountinfo and
 * /proc/self/cgroup.
 */
__u64 memory_limit_of(const char *mounts, const char *cgroups);

#endif
