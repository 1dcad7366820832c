/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A write lease: nobody else has the file open, and whoever opens it or
 * truncates it by name waits in the kernel until we give the lease back, or
 * /proc/sys/fs/lease-break-time (45 s) is over. See fcntl(2), F_SETLEASE.
 *
 * Files that are mapped, or that the kernel itself uses (loop devices, NFS),
 * are open, too.
 */
#ifndef FRSP_MOVE_LEASE_H
#define FRSP_MOVE_LEASE_H

#include <stdbool.h>

/* fd: open for writing, the only open one of the file, also in this process. 0;
 * -EAGAIN: somebody else has the file open; or another -errno. The lease ends
 * when fd is closed.
 */
int lease_take(int fd);

/* True if somebody waits for the file, or the kernel has taken the lease away.
 */
bool lease_is_wanted(int fd);

#endif
