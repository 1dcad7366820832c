/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filesystems by the name of their block device, such as "sda1" or "dm-0". */
#ifndef FRSP_MOUNT_NAME_H
#define FRSP_MOUNT_NAME_H

#include <stddef.h>

#include "fs/mount.h"

#define MOUNT_NAME_LEN 64

/* The device's name in sysfs, which is that of the filesystem, too. dev: kernel
 * dev_t. 0 or -errno.
 */
int mount_name_of(__u32 dev, char *name, size_t size);

/* The same, or MAJOR:MINOR where sysfs does not have it. */
void mount_name_or_number(__u32 dev, char name[MOUNT_NAME_LEN]);

/* As mount_table_by_spec(); and a bare name is that of a device: "./sda1" is a
 * path.
 */
int mount_name_find(const struct mount_table *mounts, const char *spec,
		    const struct mount_entry **out);

#endif
