// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/target.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sysfs.h"
#include "fs/mount_name.h"
#include "module/fs_status.h"
#include "module/module.h"
#include "uapi/frsp.h"

#define AS_ROOT "run it as root, with sudo"

enum exit_code ctl_not_loaded(void)
{
	if (!frsp_module_is_for_this_kernel())
		return log_fail(
			EXIT_UNSUPPORTED,
			"\"frspctl doctor\" says more; hotmon, frsp-top, and \"defrag\", \"move\" and \"undo\" of frspctl work without it",
			"frsp.ko is not loaded, and there is none for this kernel");
	return log_fail(
		EXIT_UNSUPPORTED,
		"\"sudo modprobe frsp\"; where that does not find it, \"sudo make dkms-install\" in frsp's sources; \"frspctl doctor\" says more",
		"frsp.ko is not loaded");
}

static enum exit_code check_attached(const struct ctl_target *target)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", FS_STATUS_ROOT, target->name);
	if (access(path, F_OK))
		return log_fail(
			EXIT_FAILED,
			"\"frspctl status\" lists the filesystems that can be named",
			"%s: not an ext4 filesystem", target->mount->target);
	if (fs_status_is_attached(FS_STATUS_ROOT, target->name))
		return EXIT_OK;
	return log_fail(EXIT_FAILED, "\"frspctl doctor\" says more",
			"%s: frsp.ko has not attached this filesystem",
			target->mount->target);
}

static enum exit_code find(const char *spec, struct ctl_target *target)
{
	int err = mount_name_find(target->mounts, spec, &target->mount);

	if (!err)
		err = mount_name_of(target->mount->dev, target->name,
				    sizeof(target->name));
	if (err)
		return log_fail(
			EXIT_FAILED,
			"name a mounted ext4 filesystem: \"findmnt -t ext4\" lists them",
			"%s: %s", spec, mount_spec_error(err));
	mount_name_for_people(target->name, target->shown);
	return check_attached(target);
}

enum exit_code ctl_target_find(const char *spec, struct ctl_target *target)
{
	enum exit_code code;
	int err;

	if (!frsp_module_is_loaded())
		return ctl_not_loaded();
	err = mount_table_read(&target->mounts);
	if (err)
		return log_fail(EXIT_FAILED, NULL,
				"cannot read the mount table: %s",
				strerror(-err));
	code = find(spec, target);
	if (code != EXIT_OK)
		ctl_target_release(target);
	return code;
}

void ctl_target_release(struct ctl_target *target)
{
	mount_table_free(target->mounts);
}

enum exit_code ctl_target_super(const struct ctl_target *target,
				struct ext4_super *super)
{
	int err = ext4_super_read_dev(target->mount->dev, super);

	if (!err)
		return EXIT_OK;
	if (err == -EACCES || err == -EPERM)
		return log_fail(EXIT_PERMISSION, AS_ROOT,
				"%s: cannot read the superblock: %s",
				target->shown, strerror(-err));
	return log_fail(EXIT_FAILED, "its device must be in /dev",
			"%s: cannot read the superblock: %s", target->shown,
			strerror(-err));
}

static enum exit_code open_device(int *fd)
{
	*fd = frsp_module_open();
	switch (*fd) {
	case -ENOENT:
		return ctl_not_loaded();
	case -EACCES:
	case -EPERM:
		return log_fail(EXIT_PERMISSION, AS_ROOT, "%s: %s", FRSP_DEVICE,
				strerror(-*fd));
	case -EPROTO:
		return log_fail(
			EXIT_UNSUPPORTED,
			"install frspctl and frsp.ko of one version",
			"frsp.ko has another ABI version than this frspctl");
	}
	if (*fd < 0)
		return log_fail(EXIT_FAILED, "\"frspctl doctor\" says more",
				"%s: %s", FRSP_DEVICE, strerror(-*fd));
	return EXIT_OK;
}

static enum exit_code open_fs(const struct ctl_target *target, int *fd)
{
	const struct mount_entry *mount =
		mount_table_by_dev(target->mounts, target->mount->dev);

	*fd = mount ? mount_entry_open(mount) : -ESTALE;
	if (*fd >= 0)
		return EXIT_OK;
	return log_fail(*fd == -EACCES ? EXIT_PERMISSION : EXIT_FAILED,
			"mount it where this process can see it",
			"%s: cannot open a mount point of it: %s",
			target->shown, strerror(-*fd));
}

enum exit_code ctl_session_open(const struct ctl_target *target,
				struct ctl_session *session)
{
	enum exit_code code = open_device(&session->device);

	if (code != EXIT_OK)
		return code;
	code = open_fs(target, &session->fs);
	if (code != EXIT_OK)
		close(session->device);
	return code;
}

void ctl_session_close(struct ctl_session *session)
{
	close(session->fs);
	close(session->device);
}

enum exit_code ctl_ioctl_failed(const struct ctl_target *target,
				const char *what, int err)
{
	if (err == -EPERM)
		return log_fail(EXIT_PERMISSION, AS_ROOT, "%s: %s: %s",
				target->shown, what, strerror(-err));
	return log_fail(EXIT_FAILED, "\"frspctl doctor\" says more",
			"%s: %s: %s", target->shown, what,
			err == -EOPNOTSUPP ? "frsp.ko has just detached it"
					   : strerror(-err));
}
