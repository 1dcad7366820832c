/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filesystem that a command of frspctl works on. If a function returns an
 * exit code other than EXIT_OK, it has printed why.
 */
#ifndef FRSP_CTL_TARGET_H
#define FRSP_CTL_TARGET_H

#include "base/log.h"
#include "fs/ext4_super.h"
#include "fs/mount_name.h"

struct ctl_target {
	struct mount_table *mounts;
	const struct mount_entry *mount;
	char name[64];		    /* its directory in FS_STATUS_ROOT */
	char shown[MOUNT_NAME_LEN]; /* of its device, for people */
};

/*
 * Finds the filesystem that spec means: a path in it, its device, MAJOR:MINOR
 * or its name in FS_STATUS_ROOT. Fails if frsp.ko is not loaded or has not
 * attached it. After EXIT_OK the caller releases the target.
 */
enum exit_code ctl_target_find(const char *spec, struct ctl_target *target);
void ctl_target_release(struct ctl_target *target);

/* Reads the superblock from the device. */
enum exit_code ctl_target_super(const struct ctl_target *target,
				struct ext4_super *super);

/* File descriptors for ioctls: frsp.ko's device, and a directory of the
 * filesystem.
 */
struct ctl_session {
	int device, fs;
};

/* After EXIT_OK the caller closes the session. */
enum exit_code ctl_session_open(const struct ctl_target *target,
				struct ctl_session *session);
void ctl_session_close(struct ctl_session *session);

/* Prints that an ioctl failed with err (-errno), and returns the exit code.
 * what: the failed step, such as "cannot export".
 */
enum exit_code ctl_ioctl_failed(const struct ctl_target *target,
				const char *what, int err);

/* Prints that frsp.ko is not loaded, and returns the exit code. */
enum exit_code ctl_not_loaded(void);

#endif
