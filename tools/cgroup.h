/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cgroup an option such as -c CGROUP means. */
#ifndef FRSP_CGROUP_H
#define FRSP_CGROUP_H

#include <stdbool.h>
#include <linux/types.h>

struct cgroup_ref {
	__u64 id;  /* of its kernfs node */
	int level; /* depth below the root of the hierarchy, root: 0 */
	/* False: the io controller is off for it, and bios carry an ancestor
	 * instead, so that nothing will ever match.
	 */
	bool has_io;
};

/* spec: a path in the file system, a path below the root of the hierarchy, with
 * or without a leading slash, or else the name of a unit, found anywhere below
 * the root. Returns 0, -ENOENT, -ENOTUNIQ (there is more than one unit of this
 * name), -EXDEV (a cgroup of a hierarchy that bios do not carry), -EOPNOTSUPP
 * (no cgroups, or a namespace hides the hierarchy's root, and so the level), or
 * another -errno.
 */
int cgroup_find(const char *spec, struct cgroup_ref *ref);

#endif
