/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notices that somebody could not unmount a filesystem, as it is in use: counts
 * the calls of umount(2) on this machine that failed with EBUSY. The kernel has
 * no other sign of that. It does not say which filesystem it was.
 *
 * It is the tracepoint sys_exit_umount, which needs tracefs. While it is open,
 * each system call of any program takes some ns longer.
 */
#ifndef FRSP_FS_UNMOUNT_WATCH_H
#define FRSP_FS_UNMOUNT_WATCH_H

#include <stddef.h>
#include <linux/types.h>

#define UNMOUNT_WATCH_TRACEFS "/sys/kernel/tracing"

/* All 0: it is not open. */
struct unmount_watch {
	int *fds; /* one for each processor */
	size_t n;
};

/* Begins to count. 0; -ENOENT: tracefs is not mounted, or the kernel has no
 * such tracepoint; -EACCES, -EPERM: not without CAP_PERFMON or CAP_SYS_ADMIN,
 * and for tracefs CAP_DAC_READ_SEARCH; or another -errno.
 */
int unmount_watch_open(struct unmount_watch *watch);

/* How many since the begin. One that is not open has 0. */
__u64 unmount_watch_count(const struct unmount_watch *watch);

void unmount_watch_close(struct unmount_watch *watch);

#endif
