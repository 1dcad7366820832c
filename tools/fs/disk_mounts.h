/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds which mounted filesystem is on a block device, for many devices again
 * and again. To find it may take a question to each btrfs, so answers are kept
 * until the mounts change.
 */
#ifndef FRSP_DISK_MOUNTS_H
#define FRSP_DISK_MOUNTS_H

#include "fs/mount.h"

struct disk_mounts;

/* Reads the mount table. Returns 0 or -errno. */
int disk_mounts_open(struct disk_mounts **out);
void disk_mounts_close(struct disk_mounts *mounts); /* NULL: does nothing */

/* Follows the mount table. Returns 0 or -errno. */
int disk_mounts_refresh(struct disk_mounts *mounts);

/* The filesystem that has the device for data, log or the like: its s_dev, or
 * 0: none that is mounted here. dev: kernel dev_t of a disk or partition.
 */
__u32 disk_mounts_on(struct disk_mounts *mounts, __u32 dev);

/* The filesystem that the file is on, or, if the file is deleted, its
 * directory; 0: it is not on a disk, or not known. dev: of the loop device
 * that has the file.
 */
__u32 disk_mounts_of_file(struct disk_mounts *mounts, __u32 dev,
			  const char *path);

/* A mount of the filesystem; fs: as the functions above return it, not 0.
 * Valid until disk_mounts_refresh(). NULL: it is not mounted any more.
 */
const struct mount_entry *disk_mounts_entry(const struct disk_mounts *mounts,
					    __u32 fs);

#endif
