/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the files of the journal again: by the UUID of the filesystem, and the
 * number and generation of the inode. So a file may have another name now.
 */
#ifndef FRSP_CTL_JOB_FILE_H
#define FRSP_CTL_JOB_FILE_H

#include "fs/mount.h"
#include "move/journal.h"

/* The mount of the filesystem; NULL: it is not mounted here. */
const struct mount_entry *job_file_mount(const struct mount_table *mounts,
					 const char *uuid);

/* Opens the file for reading. mount: as above. Returns a descriptor; -ESTALE:
 * there is no such file any more; -EAGAIN: it is being moved; or another -errno.
 */
int job_file_open(const struct mount_entry *mount,
		  const struct journal_file *file);

#endif
