// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/donor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <linux/fs.h>

#include "fs/fiemap.h"

int donor_open(int dir)
{
	int donor = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return donor < 0 ? -errno : donor;
}

/* Root may allocate blocks that are reserved for it, but a donor should not:
 * f_bavail does not count them.
 */
__u64 donor_room(int donor, __u64 keep_free)
{
	struct statvfs fs;
	__u64 available;

	if (fstatvfs(donor, &fs))
		return 0;
	available = (__u64)fs.f_bavail * fs.f_frsize;
	return available > keep_free ? available - keep_free : 0;
}

int donor_allocate(int donor, __u64 start, __u64 bytes, __u64 keep_free)
{
	int err;

	if (donor_room(donor, keep_free) < bytes)
		return -ENOSPC;
	/* not FALLOC_FL_KEEP_SIZE: the exchange ends at the donor's size */
	while (fallocate(donor, 0, start, bytes)) {
		if (errno == EINTR)
			continue;
		err = -errno;
		donor_empty(donor); /* of what it got before the error */
		return err;
	}
	return 0;
}

/* Allocates the anchor at aim->anchor_offset, and looks where it is. */
static int allocate_anchor(int donor, __u32 block_bytes, __u64 keep_free,
			   struct anchor_aim *aim)
{
	__u64 start = aim->anchor_offset * block_bytes;
	struct file_extents extents;
	int err = donor_allocate(donor, start, block_bytes, keep_free);

	if (!err)
		err = file_extents_read(donor, start, start + block_bytes,
					&extents);
	if (err)
		return err;
	if (extents.n)
		aim->anchor_block = extents.extents[0].physical / block_bytes;
	else
		err = -EUCLEAN;
	file_extents_free(&extents);
	return err;
}

int donor_set_anchor(int donor, __u32 block_bytes, __u64 keep_free,
		     struct anchor_aim *aim, __u64 *offset)
{
	int err = 0;

	for (unsigned int n = 0;
	     !err &&
	     anchor_nth_offset(n, aim->anchor_remainder, &aim->anchor_offset);
	     n++) {
		err = allocate_anchor(donor, block_bytes, keep_free, aim);
		if (!err && anchor_offset_for(aim, offset)) {
			*offset *= block_bytes;
			return 0;
		}
		donor_empty(donor);
	}
	return err ?: -EADDRNOTAVAIL;
}

/* It cannot be deleted or written then. The name alone keeps its blocks. */
static void make_immutable(int donor)
{
	int flags;

	if (ioctl(donor, FS_IOC_GETFLAGS, &flags))
		return;
	flags |= FS_IMMUTABLE_FL;
	if (ioctl(donor, FS_IOC_SETFLAGS, &flags))
		return;
}

int donor_keep(int donor, int dir, char name[DONOR_NAME_LEN])
{
	char path[32];
	struct stat stat;

	if (fstat(donor, &stat))
		return -errno;
	snprintf(name, DONOR_NAME_LEN, "frspctl-old-blocks-%llu",
		 (unsigned long long)stat.st_ino);
	/* linkat() takes no other way to a file without a name, but with
	 * CAP_DAC_READ_SEARCH
	 */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", donor);
	if (linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW))
		return -errno;
	make_immutable(donor);
	return 0;
}

void donor_empty(int donor)
{
	/* It fails only if the filesystem has shut down. */
	if (ftruncate(donor, 0))
		return;
}
