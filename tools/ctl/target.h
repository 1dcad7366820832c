/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filesystem that a command of frspctl works on. Functions that return an
 * exit code have said what went wrong if it is not EXIT_OK.
 */
#ifndef FRSP_CTL_TARGET_H
#define FRSP_CTL_TARGET_H

#include "base/log.h"
#include "fs/ext4_super.h"
#include "fs/mount.h"

struct ctl_target {
	struct mount_table *mounts;
	const struct mount_entry *mount;
	char name[64]; /* below FS_STATUS_ROOT */
};

/*
 * The filesystem that spec names: a path in it, its device, MAJOR:MINOR or the
 * name below FS_STATUS_ROOT. frsp.ko is loaded and has attached it. To be
 * released if EXIT_OK.
 */
enum exit_code ctl_target_find(const char *spec, struct ctl_target *target);
void ctl_target_release(struct ctl_target *target);

enum exit_code ctl_target_super(const struct ctl_target *target,
				struct ext4_super *super);

/* frsp.ko's device and a directory of the filesystem, for ioctls. */
struct ctl_session {
	int device, fs;
};

/* To be closed if EXIT_OK. */
enum exit_code ctl_session_open(const struct ctl_target *target,
				struct ctl_session *session);
void ctl_session_close(struct ctl_session *session);

/* After an ioctl has failed with -err for what was to be done. */
enum exit_code ctl_ioctl_failed(const struct ctl_target *target,
				const char *what, int err);

/* Says that frsp.ko is not loaded, and returns the code for that. */
enum exit_code ctl_not_loaded(void);

#endif
