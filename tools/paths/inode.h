/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks an inode, by its number, through one mount of its filesystem. */
#ifndef FRSP_PATH_INODE_H
#define FRSP_PATH_INODE_H

#include <limits.h>
#include <sys/stat.h>

#include "bpf/hot.h"
#include "fs/mount.h"
#include "paths/handle.h"

/* Has no pointers, as it may go to another process. */
struct path_inode_query {
	struct path_inode inode;
	char fs_type[FRSP_HOT_FS_TYPE_LEN];
	char target[PATH_MAX]; /* of the mount */
	int mount_id;
	struct stat st; /* the answer of path_inode_stat() */
};

/* Fills in the query but for .inode. -ENAMETOOLONG, or 0. */
int path_inode_through(struct path_inode_query *query,
		       const struct mount_entry *mount);

/* For aside(): fills in .st. Returns 0; -ESTALE: there is no such inode any
 * more; or another -errno.
 */
int path_inode_stat(void *query, int *no_fd);

/* Opens the inode for reading, unless it is no regular file (-EINVAL). It may
 * hang. It changes no access time if we may avoid that, and waits for no lease
 * (-EAGAIN). Returns a descriptor or -errno as above.
 */
int path_inode_open(const struct path_inode_query *query);

/* What a path leads to, and where. Has no pointers. */
struct path_inode_of {
	char path[PATH_MAX]; /* becomes the resolved path */
	struct path_inode inode;
	struct stat st;
};

/* For aside(): fills in all but .path from the path. Returns 0; -EOPNOTSUPP:
 * the filesystem has no file handles that we know; or another -errno.
 */
int path_inode_find(void *of, int *no_fd);

#endif
