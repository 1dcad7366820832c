/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Disks of several images: makes the first one, and freezes the top. */
#ifndef FRSP_PLOOP_SNAPSHOT_H
#define FRSP_PLOOP_SNAPSHOT_H

#include "ploop/core/format.h"
#include "ploop/image/guid.h"
#include "ploop/image/problem.h"
#include "ploop/io/seats.h"

/* Makes an image in which all is zeros. 0, or -errno, and problem says what is
 * wrong.
 */
int image_make(const char *path, const struct ploop_header *header,
	       struct image_problem *problem);

/* Makes a disk: the descriptor at path, and an empty image beside it. 0;
 * -EBADMSG or another -errno, and problem says what is wrong.
 */
int disk_make(const char *path, const struct ploop_header *header,
	      struct image_problem *problem);

struct snapshot {
	char guid[GUID_LEN]; /* the name of the frozen image */
	char file[PATH_MAX]; /* the new top */
};

/* Freezes the top of the disk whose descriptor is at path. Nobody may have it
 * open. At any time the disk has either the old or the new top. 0; -EBADMSG or
 * another -errno, and problem says what is wrong.
 */
int snapshot_take(const char *path, struct snapshot *snapshot,
		  struct image_problem *problem);

/* The same of a disk that is open for writing, as seats, and in use. One thread
 * at a time. */
int snapshot_take_open(const char *path, struct seats *seats,
		       struct snapshot *snapshot,
		       struct image_problem *problem);

#endif
