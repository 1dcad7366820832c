/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of block devices, such as "sda1", and of their filesystems. */
#ifndef FRSP_MOUNT_NAME_H
#define FRSP_MOUNT_NAME_H

#include <stddef.h>

#include "fs/mount.h"

#define MOUNT_NAME_LEN 64

/* The device's name in sysfs; its filesystem has the same name. dev: kernel
 * dev_t. 0 or -errno.
 */
int mount_name_of(__u32 dev, char *name, size_t size);

/* The same, or MAJOR:MINOR if sysfs does not have the device. */
void mount_name_or_number(__u32 dev, char name[MOUNT_NAME_LEN]);

/* As mount_table_by_spec(), but spec may also be the bare name of a device. So
 * "sda1" is a device, and "./sda1" is a path.
 */
int mount_name_find(const struct mount_table *mounts, const char *spec,
		    const struct mount_entry **out);

#endif
