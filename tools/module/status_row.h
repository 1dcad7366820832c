/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What frsp.ko does for one filesystem, as frspctl status shows it: read from
 * sysfs, or from the JSON of another process.
 */
#ifndef FRSP_STATUS_ROW_H
#define FRSP_STATUS_ROW_H

#include "fs/mount.h"
#include "fs/mount_name.h"
#include "module/fs_status.h"

struct json_object;

struct status_row {
	char name[64];		    /* in FS_STATUS_ROOT */
	char shown[MOUNT_NAME_LEN]; /* for people */
	__u32 dev;
	const char *mount; /* mount point; NULL: not mounted here */
	struct fs_status status;
};

/* Reads the filesystem that has this name in sysfs. row->mount lives as long as
 * mounts are not refreshed. Returns 0; -ENODEV: it is not attached (any more);
 * or another -errno, and *file is what could not be read.
 */
int status_row_read(struct status_row *row, const struct mount_table *mounts,
		    const char *name, const char **file);

/* NULL: no memory. */
struct json_object *status_row_json(const struct status_row *row);

/* row->mount lives as long as the object. */
void status_row_of_json(struct json_object *object, struct status_row *row);

#endif
