/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of block devices, and of their filesystems. A device of device-mapper
 * has two names; all programs show the second one, and take both:
 *
 *   of the kernel, in sysfs   sda1   dm-0       cciss!c0d0
 *   for people, in /dev       sda1   vg-root    cciss/c0d0
 */
#ifndef FRSP_MOUNT_NAME_H
#define FRSP_MOUNT_NAME_H

#include <stddef.h>

#include "fs/mount.h"

#define MOUNT_NAME_LEN 128 /* the longest is that of device-mapper */

/* The device's name in sysfs; its filesystem has the same name. dev: kernel
 * dev_t. 0 or -errno.
 */
int mount_name_of(__u32 dev, char *name, size_t size);

/* The same, or MAJOR:MINOR if sysfs does not have the device. */
void mount_name_or_number(__u32 dev, char name[MOUNT_NAME_LEN]);

/* Sets shown to the name for people of the device that has this name in sysfs:
 * that below /dev/mapper of a device of device-mapper, that below /dev of all
 * others.
 */
void mount_name_for_people(const char *name, char shown[MOUNT_NAME_LEN]);

/* As mount_table_by_spec(), but spec may also be the bare name of a device, of
 * either kind. So "sda1" and "vg-root" are devices, and "./sda1" is a path.
 */
int mount_name_find(const struct mount_table *mounts, const char *spec,
		    const struct mount_entry **out);

#endif
