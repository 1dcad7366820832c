/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Merges the top of a disk into its parent. */
#ifndef FRSP_PLOOP_IMAGE_MERGE_H
#define FRSP_PLOOP_IMAGE_MERGE_H

#include <limits.h>
#include <linux/types.h>

#include "ploop/image/problem.h"

struct image_merge {
	/* Called again and again; not 0 ends the merge: the disk still has its
	 * images, some of whose clusters are in the parent already. */
	int (*progress)(void *context, __u64 done, __u64 total);
	void *context;
	/* filled in */
	char file[PATH_MAX]; /* the new top */
	char gone[PATH_MAX]; /* the old one, which was removed */
	__u64 moved_bytes;
};

/* path: of the descriptor. Nobody may have the disk open. At any time the disk
 * is the same. 0; what progress returned; -EBADMSG or another -errno, and
 * problem says what is wrong.
 */
int image_merge(const char *path, struct image_merge *merge,
		struct image_problem *problem);

#endif
