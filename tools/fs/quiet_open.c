// SPDX-License-Identifier: GPL-2.0-or-later
#include "fs/quiet_open.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

/* RestrictSUIDSGID= of a unit lets openat2(2) fail with ENOSYS, as it cannot
 * see the mode in it. What needs nothing of .resolve has another way.
 */
static int open_as(int dir_fd, const char *path, const struct open_how *how)
{
	int fd = syscall(SYS_openat2, dir_fd, path, how, sizeof(*how));

	if (fd < 0 && errno == ENOSYS && !how->resolve)
		fd = openat(dir_fd, path, (int)how->flags);
	return fd;
}

int quiet_open(int dir_fd, const char *path, int flags, __u64 resolve)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NOATIME | flags,
		.resolve = resolve,
	};
	int fd = open_as(dir_fd, path, &how);

	if (fd < 0 && errno == EPERM) {
		how.flags &= ~(__u64)O_NOATIME;
		fd = open_as(dir_fd, path, &how);
	}
	return fd < 0 ? -errno : fd;
}
