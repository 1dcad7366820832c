/* SPDX-License-Identifier: GPL-2.0-or-later */
/* To read a file or directory of somebody else and leave no trace. */
#ifndef FRSP_QUIET_OPEN_H
#define FRSP_QUIET_OPEN_H

#include <linux/types.h>

/* Opens path, from the directory dir_fd on, for reading. flags: besides
 * O_RDONLY and O_CLOEXEC; resolve: as in openat2(2). The access time stays as
 * it is if we may ask for that: it takes the file's owner or CAP_FOWNER.
 * Returns a descriptor or -errno.
 */
int quiet_open(int dir_fd, const char *path, int flags, __u64 resolve);

#endif
