/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The images of a disk, for reading: the top, what it is based on, and so on.
 * Example: of clusters 0 to 3 of the disk, the top has 1, its parent 1 and 2:
 *
 *   cluster 0: nowhere (zeros)   1: level 0   2: level 1   3: nowhere
 */
#ifndef FRSP_PLOOP_CHAIN_H
#define FRSP_PLOOP_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "ploop/image/file.h"
#include "ploop/image/problem.h"
#include "ploop/image/table_piece.h"

struct chain_image {
	char *path;
	bool is_raw; /* .file has no header */
	struct image_file file;
	struct table_piece *piece; /* the part of the table read last */
};

struct chain {
	struct chain_image *images; /* the top first */
	size_t n;
	__u64 n_sectors; /* of the disk */
	__u32 cluster_sectors;
};

/* Opens the image at path, and if that is a disk descriptor, all images of the
 * disk. 0; -EBADMSG or another -errno, and problem says what is wrong. The
 * caller calls chain_close() if it is 0.
 */
int chain_open(const char *path, struct chain *chain,
	       struct image_problem *problem);

/* Opens a file that is a disk, byte for byte, as a chain of that image. A last
 * sector that is cut is filled up with zeros.
 */
int chain_open_raw(const char *path, __u32 cluster_sectors, struct chain *chain,
		   struct image_problem *problem);

void chain_close(struct chain *chain);

#define CHAIN_NOWHERE (-1)

/* A part of the disk, and where it is. */
struct chain_run {
	__u64 start, bytes;
	int level;  /* CHAIN_NOWHERE: it reads as zeros */
	__u64 byte; /* where it begins in the file of images[level] */
};

/* Calls visit for each part of the disk, from its begin to its end, until it
 * does not return 0. Returns what it returned; or -EBADMSG or another -errno,
 * and problem says what is wrong.
 */
int chain_map(struct chain *chain,
	      int (*visit)(void *context, const struct chain_run *run),
	      void *context, struct image_problem *problem);

#endif
