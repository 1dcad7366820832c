/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The block devices of a filesystem other than the one of its superblock. */
#ifndef FRSP_MOUNT_DEVICES_H
#define FRSP_MOUNT_DEVICES_H

#include "fs/mount.h"

/* Fills in entry->extra_devs; the other fields are set. */
void mount_devices_read(struct mount_entry *entry);

/* True if dev (kernel dev_t) is such a device of the filesystem. */
bool mount_devices_have(const struct mount_entry *entry, __u32 dev);

#endif
