/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocates blocks of donors where the caller wants them: in an area. */
#ifndef FRSP_MOVE_PLACE_H
#define FRSP_MOVE_PLACE_H

#include "move/area.h"
#include "move/miss.h"
#include "move/plan.h"
#include "move/rooms.h"
#include "move/steering.h"

struct place {
	const struct move_fs *fs;
	const struct area *area;
	__u64 keep_free; /* bytes, in the area and in the filesystem */
	struct steering steering;
	struct rooms rooms;
	__u32 near;	      /* the group where to begin */
	enum place_miss miss; /* of the last piece that got no blocks */
};

/* .fs, .area and .keep_free are set; they must stay until place_close(). dir is
 * duplicated. 0; -EOPNOTSUPP: the kernel does not say what is free; or another
 * -errno, with which *failed says what failed.
 */
int place_open(struct place *place, int dir, const char **failed);
void place_close(struct place *place);

/* The largest piece that can get its blocks at once, in bytes. */
__u64 place_most_bytes(const struct place *place);

/*
 * Allocates blocks for the piece, or for its first part, in the area. Sets
 * *donor_start to the offset in the donor that has them, and *bytes to how much
 * that is. 0; -EADDRNOTAVAIL: .miss says why; or another -errno. After an error
 * the donor has no blocks.
 */
int place_allocate(struct place *place, int donor,
		   const struct move_piece *piece, __u64 *donor_start,
		   __u64 *bytes);

#endif
