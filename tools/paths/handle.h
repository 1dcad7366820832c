/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens inodes by number: the file handles of the filesystems. */
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

/* Opens the inode with O_PATH: no atime, no blocking, no lease broken.
 * mount_fd: a real open of anything on a mount of the filesystem. Returns a
 * file descriptor; -ESTALE: there is no such inode (any more); -EOPNOTSUPP:
 * this filesystem's handles cannot be made up; -EPERM: needs
 * CAP_DAC_READ_SEARCH; or another -errno.
 */
int path_handle_open(int mount_fd, const char *fs_type,
		     const struct path_inode *inode);

/* Is that inode what is open as fd, perhaps with O_PATH? And on which mount is
 * that, if it is? False, too, where the handles are of an unknown form.
 */
bool path_handle_is(int fd, const struct path_inode *inode, int *mount_id);

/* A name of an inode, from the inode itself (btrfs). name has room for
 * PATH_NAME_SIZE bytes. *nth: 0 for the first, then as left by the call before.
 * Returns 0 or -ENOENT.
 */
#define PATH_NAME_SIZE 256
int path_handle_link(int mount_fd, const struct path_inode *inode,
		     unsigned int *nth, struct path_inode *parent, char *name);

#endif
