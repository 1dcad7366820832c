/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block devices that a filesystem has besides the one of its superblock. */
#ifndef FRSP_MOUNT_DEVICES_H
#define FRSP_MOUNT_DEVICES_H

#include "fs/mount.h"

/* Fills in .extra_devs, from the other fields. */
void mount_devices_read(struct mount_entry *entry);

/* dev: kernel dev_t; not that of the superblock */
bool mount_devices_have(const struct mount_entry *entry, __u32 dev);

#endif
