/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cgroup an option such as -c CGROUP means. */
#ifndef FRSP_CGROUP_H
#define FRSP_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <linux/types.h>

/* A cgroup, known by its path. When a service restarts, a new cgroup gets the
 * path.
 */
struct cgroup_ref {
	char path[PATH_MAX]; /* of its directory */
	__u64 parent_id; /* of the kernfs node above it; 0: it is the root */
	int level;	 /* depth below the root of the hierarchy, root: 0 */
	dev_t dev;	 /* of the hierarchy's filesystem */
	/* False: the io controller is off for this cgroup. Then bios carry an
	 * ancestor of it instead, and no bio will ever match.
	 */
	bool has_io;
};

/* The last part of its path. */
static inline const char *cgroup_name(const struct cgroup_ref *ref)
{
	return strrchr(ref->path, '/') + 1;
}

/* Finds the cgroup that spec means. spec: an absolute path; or a path below the
 * root of the hierarchy, with or without a leading slash; or else the name of a
 * unit, which may be anywhere below the root. Returns 0; -ENOENT; -ENOTUNIQ:
 * there are several units of this name; -EXDEV: the cgroup is in a hierarchy
 * that bios do not carry; -EOPNOTSUPP: there are no cgroups, or a namespace
 * hides the hierarchy's root, so that the level is unknown; or another -errno.
 */
int cgroup_find(const char *spec, struct cgroup_ref *ref);

/* The cgroup, or one above it, may have been removed and made anew. Updates
 * .parent_id. False: there is no cgroup at the path now.
 */
bool cgroup_follow(struct cgroup_ref *ref);

#endif
