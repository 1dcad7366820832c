/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocates blocks of donors at an exact place, if it is free. */
#ifndef FRSP_MOVE_REGAIN_H
#define FRSP_MOVE_REGAIN_H

#include "move/miss.h"
#include "move/steering.h"

struct regain {
	const struct move_fs *fs;
	__u64 keep_free; /* bytes that must stay available to others */
	struct steering steering;
	enum place_miss miss; /* why the last call got no blocks */
};

/* .fs and .keep_free are set. dir is duplicated. 0, or -errno, with which
 * *failed says what failed.
 */
int regain_open(struct regain *regain, int dir, const char **failed);
void regain_close(struct regain *regain);

/*
 * Allocates the blocks that begin at the byte physical of the device, for the
 * file's bytes from file_start on: *bytes of them, or less, which then lie in
 * one block group. Sets *donor_start to the donor's offset that has them, and
 * *bytes. 0; -EADDRNOTAVAIL: it cannot get *bytes of them, and .miss says why;
 * or another -errno. After an error the donor has no blocks.
 */
int regain_allocate(struct regain *regain, int donor, __u64 file_start,
		    __u64 physical, __u64 *donor_start, __u64 *bytes);

#endif
