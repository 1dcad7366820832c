/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for a path to one inode on one mount. */
#ifndef FRSP_PATH_FIND_H
#define FRSP_PATH_FIND_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "bpf/hot.h"
#include "paths/handle.h"

/* What is known about an inode, besides its number. */
struct path_hints {
	struct path_inode parent; /* .ino 0: unknown */
	time_t searched_s;    /* last failed search of the parent; 0: none */
	bool search_hopeless; /* the parent has too many entries */
};

/* The message of path_find_on_mount(). It goes to another process and back, so
 * it has no pointers.
 */
struct path_lookup {
	struct path_inode inode;
	struct path_hints hints;  /* the call improves .hints and .name */
	char name[NAME_MAX + 1];  /* in the parent; may be cut, or "" */
	char last_path[PATH_MAX]; /* last found, or suggested; "": none */
	char fs_type[FRSP_HOT_FS_TYPE_LEN];
	char target[PATH_MAX]; /* of the mount */
	int mount_id;
	bool is_root_known; /* which part of the filesystem the mount shows */
	bool has_others;    /* the filesystem has other mounts, too */

	/* the answer */
	char path[PATH_MAX]; /* "": none found */
	bool is_shown;	     /* .path leads to the file, on this mount */
	bool is_deleted;     /* .path was the file's last path */
	bool is_outside;     /* the mount does not show the file's directory */
	struct stat st;	     /* .st_ino 0: the file could not be opened */

	/* for use during the call */
	int mount_fd;
	int fd; /* the inode, O_PATH; or -1 */
};

/* For aside(): asks the mount of a struct path_lookup. Returns 0 if the mount
 * shows the file, or the file is deleted; -ENOENT: another mount may show the
 * file; -EPERM: needs CAP_DAC_READ_SEARCH; or another -errno: the mount cannot
 * be asked.
 *
 * If there is a .path and .is_shown is false, something covers the path, or its
 * name was unlinked.
 */
int path_find_on_mount(void *message, int *fd);

/* A path that an inode had, on a mount. */
struct path_still {
	struct path_inode inode;
	int mount_id;
	bool cached; /* look only at what the kernel has cached */
	char path[PATH_MAX];
	struct stat st; /* the answer */
};

/* For aside(): does the inode still have the path? 0: yes; -EAGAIN: with
 * .cached only, the answer is not cached; or another -errno. With .cached the
 * call holds the mount for some microseconds only, so it hardly ever blocks an
 * unmount.
 */
int path_find_still(void *message, int *fd);

#endif
