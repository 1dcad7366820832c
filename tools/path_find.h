/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One inode, one mount: is there a path to it? */
#ifndef FRSP_PATH_FIND_H
#define FRSP_PATH_FIND_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "hot.h"
#include "path_handle.h"

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

	/* the answer */
	char path[PATH_MAX]; /* "": none found */
	bool is_deleted;     /* .path was its last one */
	unsigned int n_links;

	/* while it looks */
	int mount_fd;
	int fd;		/* the inode, O_PATH; or -1 */
	struct stat st; /* of fd */
};

/* For aside(): asks the mount of a struct path_lookup. Returns 0 if the answer
 * is final; -ENOENT: another mount may show more; -EPERM: needs
 * CAP_DAC_READ_SEARCH; or another -errno, if the mount cannot be asked.
 */
int path_find_on_mount(void *message, int *fd);

#endif
