/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens inodes by number, with file handles that it builds itself. */
#ifndef FRSP_PATH_HANDLE_H
#define FRSP_PATH_HANDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct path_inode {
	__u64 ino;
	__u32 gen;
	__u64 subvol; /* btrfs root id, else 0 */
};

/* Opens the inode with O_PATH, which changes no atime, does not block and
 * breaks no lease. mount_fd: anything on a mount of the filesystem, opened
 * without O_PATH. Returns a file descriptor; -ESTALE: there is no such inode
 * (any more); -EOPNOTSUPP: handles of this filesystem cannot be built; -EPERM:
 * needs CAP_DAC_READ_SEARCH; or another -errno.
 */
int path_handle_open(int mount_fd, const char *fs_type,
		     const struct path_inode *inode);

/* True if fd, which may be O_PATH, is this inode; mount_id is then its mount.
 * False, too, if the format of the filesystem's handles is unknown.
 */
bool path_handle_is(int fd, const struct path_inode *inode, int *mount_id);

/* Reads the generation, and on btrfs the subvolume, of what fd is, which may be
 * O_PATH, and the id of its mount. Returns 0; -EOPNOTSUPP: the format of the
 * filesystem's handles is unknown; or another -errno.
 */
int path_handle_read(int fd, struct path_inode *inode, int *mount_id);

/* Reads a name of an inode and its directory from the inode itself (btrfs
 * only). name has room for PATH_NAME_SIZE bytes. *nth: 0 for the first name;
 * each call advances it to the next. Returns 0 or -ENOENT.
 */
#define PATH_NAME_SIZE 256
int path_handle_link(int mount_fd, const struct path_inode *inode,
		     unsigned int *nth, struct path_inode *parent, char *name);

#endif
