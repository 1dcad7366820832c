// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/own_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/aside.h"

/* A question to the process aside. */
struct wish {
	__u32 dev;
	char target[PATH_MAX];
};

/* mount_setattr() takes the root of a mount only. Another filesystem may be
 * there by now.
 */
static int make_writable(void *message, int *no_fd)
{
	const struct wish *wish = message;
	struct mount_attr attr = {.attr_clr = MOUNT_ATTR_RDONLY};
	struct stat stat_;

	(void)no_fd;
	if (stat(wish->target, &stat_))
		return -errno;
	if (kdev_from_user(stat_.st_dev) != wish->dev)
		return -ESTALE;
	return mount_setattr(AT_FDCWD, wish->target, AT_SYMLINK_NOFOLLOW, &attr,
			     sizeof(attr))
		       ? -errno
		       : 0;
}

static bool is_of_system(const char *target)
{
	static const char *const protected[] = {"/", "/usr", "/etc", "/boot",
						"/efi"};

	for (size_t i = 0; i < sizeof(protected) / sizeof(protected[0]); i++)
		if (!strcmp(target, protected[i]))
			return true;
	return false;
}

void own_mounts_open(const struct filesystem *fs)
{
	struct wish wish = {.dev = fs->dev};

	if (!getenv(OWN_MOUNTS_VARIABLE) || is_of_system(fs->target))
		return;
	memcpy(wish.target, fs->target, sizeof(wish.target));
	aside(make_writable, &wish, sizeof(wish), fs->mount_id, NULL);
}
