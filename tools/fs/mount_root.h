/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Our root directory need not be a mount point, as after chroot: then the mount
 * that it is on has no line in mountinfo.
 */
#ifndef FRSP_MOUNT_ROOT_H
#define FRSP_MOUNT_ROOT_H

#include "fs/mount.h"

/* Fills in an entry for it, with constant strings. False: it is one of the n
 * entries, or on a filesystem that is of no interest here.
 */
bool mount_root_read(const struct mount_entry *entries, size_t n,
		     struct mount_entry *root);

#endif
