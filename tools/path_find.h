/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One inode, one mount: is there a path to it? */
#ifndef FRSP_PATH_FIND_H
#define FRSP_PATH_FIND_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "path_handle.h"

/* What is known of an inode besides its number. */
struct path_hints {
	struct path_inode parent; /* .ino 0: unknown */
	char *name;		  /* in parent; may be cut, or "" */
	char *last_path;	  /* or one that was suggested, or NULL */
	time_t searched_s;	  /* the parent, in vain; 0: never */
	bool search_hopeless;
};

struct path_lookup {
	struct path_inode inode;
	struct path_hints *hints; /* or NULL */
	const char *fs_type;
	int mount_fd;
	int fd;		/* the inode, O_PATH; or -1 */
	struct stat st; /* of fd */
	char path[PATH_MAX];
};

/* Sets .path to one that leads to the inode open as .fd. False: none found. */
bool path_find(struct path_lookup *lookup);

/* Sets .path to where an inode was that has no name any more; .fd may be -1. */
bool path_find_last(struct path_lookup *lookup);

#endif
