/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One inode, one mount: is there a path to it? */
#ifndef FRSP_PATH_FIND_H
#define FRSP_PATH_FIND_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "bpf/hot.h"
#include "paths/handle.h"

/* What is known of an inode besides its number. */
struct path_hints {
	struct path_inode parent; /* .ino 0: unknown */
	time_t searched_s;	  /* the parent, in vain; 0: never */
	bool search_hopeless;
};

/* Goes to another process, and comes back: no pointers. */
struct path_lookup {
	struct path_inode inode;
	struct path_hints hints;  /* these two are better when it returns */
	char name[NAME_MAX + 1];  /* in the parent; may be cut, or "" */
	char last_path[PATH_MAX]; /* or one that was suggested, or "" */
	char fs_type[FRSP_HOT_FS_TYPE_LEN];
	char target[PATH_MAX]; /* of the mount */
	int mount_id;
	bool is_root_known; /* where in the filesystem the mount begins */
	bool has_others;    /* the filesystem is mounted elsewhere, too */

	/* the answer */
	char path[PATH_MAX]; /* "": none found */
	bool is_shown;	     /* .path leads to it, on this mount */
	bool is_deleted;     /* .path was its last one */
	bool is_outside;     /* its directory is, of what the mount shows */
	struct stat st;	     /* .st_ino 0: it could not be opened */

	/* while it looks */
	int mount_fd;
	int fd; /* the inode, O_PATH; or -1 */
};

/* For aside(): asks the mount of a struct path_lookup. Returns 0 if it shows
 * the file, or if that is deleted; -ENOENT: another mount may show it; -EPERM:
 * needs CAP_DAC_READ_SEARCH; or another -errno, if the mount cannot be asked.
 *
 * A path that this mount does not show is one that something covers, or, where
 * its root is not known, one outside of it.
 */
int path_find_on_mount(void *message, int *fd);

/* A path that was that of an inode, on a mount. */
struct path_still {
	struct path_inode inode;
	int mount_id;
	bool cached; /* without the disk */
	char path[PATH_MAX];
	struct stat st; /* the answer */
};

/* For aside(): is it so still? 0, or -errno; -EAGAIN: it is not cached. Then it
 * holds the mount for some microseconds only, so that is hardly ever in the way
 * of an unmount.
 */
int path_find_still(void *message, int *fd);

#endif
