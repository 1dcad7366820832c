/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens a file or directory of somebody else without leaving a trace. */
#ifndef FRSP_QUIET_OPEN_H
#define FRSP_QUIET_OPEN_H

#include <linux/types.h>

/* Opens path, relative to the directory dir_fd, for reading. flags: in addition
 * to O_RDONLY and O_CLOEXEC; resolve: as in openat2(2). The access time does
 * not change if we own the file or have CAP_FOWNER; otherwise O_NOATIME is not
 * allowed. Returns a descriptor or -errno.
 */
int quiet_open(int dir_fd, const char *path, int flags, __u64 resolve);

#endif
