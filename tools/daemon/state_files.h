/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files in which frspd keeps what it knows of filesystems, for the time
 * that it or a filesystem is away:
 *
 *   UUID.heat   heat/state.h
 *   UUID.trees  module/summary_file.h, of what frsp.ko knows
 *
 * A file is replaced in one step. Its disk may hang, so only child processes
 * call these functions. All return 0 or -errno.
 */
#ifndef FRSP_DAEMON_STATE_FILES_H
#define FRSP_DAEMON_STATE_FILES_H

#include <limits.h>

#include "fs/ext4_super.h"
#include "heat/state.h"

/* The filesystems whose files are kept; the oldest files go. */
#define STATE_MAX_FILES 512

struct state_fs {
	__u32 dev; /* kernel dev_t */
	int mount_id;
	char target[PATH_MAX];
	char uuid[EXT4_UUID_TEXT_LEN];
	__u32 identity;	 /* in the hot table; 0: none, its heat is not kept */
	bool keep_heat;	 /* it was not read yet: it is not overwritten */
	bool with_trees; /* those that frsp.ko has are kept */
};

/* Whose heat is kept, and of when. */
struct state_heat {
	const struct hot_table *table;
	struct hot_clock clock;
	__u64 wall_ns;
};

/* Writes the files of all of them; goes on after an error, and returns the
 * first one.
 */
int state_files_save(const char *directory, const struct state_fs *list,
		     size_t n, const struct state_heat *heat);

/* Copies the file of the heat to fd, as it is. -ENOENT: there is none. */
int state_files_read_heat(const char *directory, const struct state_fs *fs,
			  int fd);

/* Gives frsp.ko what was saved. Errors of the file: -ENOENT; those of
 * summary_decode(); -ESTALE: it is of another filesystem.
 */
int state_files_restore_trees(const char *directory, const struct state_fs *fs,
			      __u32 *n_taken, __u32 *n_skipped);

/* Of an error of a file, why it is of no use; NULL: it is no such error. */
const char *state_files_why(int err);

#endif
