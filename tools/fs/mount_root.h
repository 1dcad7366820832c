/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds our root to the mount table. After chroot, our root directory may not be
 * a mount point; then mountinfo has no line for the mount that it is on.
 */
#ifndef FRSP_MOUNT_ROOT_H
#define FRSP_MOUNT_ROOT_H

#include "fs/mount.h"

/* Fills in an entry for our root, with constant strings. False: one of the n
 * entries is our root, its filesystem is of no interest here, or it does not
 * answer.
 */
bool mount_root_read(const struct mount_entry *entries, size_t n,
		     struct mount_entry *root);

#endif
