/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cgroup an option such as -c CGROUP means. */
#ifndef FRSP_CGROUP_H
#define FRSP_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <linux/types.h>

/* A cgroup by its path: who has it changes when a service restarts. */
struct cgroup_ref {
	char path[PATH_MAX]; /* of its directory */
	__u64 parent_id; /* of the kernfs node above it; 0: it is the root */
	int level;	 /* depth below the root of the hierarchy, root: 0 */
	dev_t dev;	 /* of the hierarchy's filesystem */
	/* False: the io controller is off for it, and bios carry an ancestor
	 * instead, so that nothing will ever match.
	 */
	bool has_io;
};

/* The end of its path. */
static inline const char *cgroup_name(const struct cgroup_ref *ref)
{
	return strrchr(ref->path, '/') + 1;
}

/* spec: a path in the file system, a path below the root of the hierarchy, with
 * or without a leading slash, or else the name of a unit, found anywhere below
 * the root. Returns 0, -ENOENT, -ENOTUNIQ (there is more than one unit of this
 * name), -EXDEV (a cgroup of a hierarchy that bios do not carry), -EOPNOTSUPP
 * (no cgroups, or a namespace hides the hierarchy's root, and so the level), or
 * another -errno.
 */
int cgroup_find(const char *spec, struct cgroup_ref *ref);

/* The cgroup may have been removed and made anew, and so may those above it.
 * Takes over their ids. False: there is none at its path now.
 */
bool cgroup_follow(struct cgroup_ref *ref);

#endif
