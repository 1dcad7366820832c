/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where on the disk the heat is. The table of heat knows ranges of files; a
 * file's extents know where these are. A piece is what both have in common:
 *
 *   file        0       1M      2M      3M
 *   ranges      |  30   |       |  20   |
 *   extents     |--- at 8M ---|- at 40M -|      border at 1.5M
 *   pieces      1M at 8M, heat 30; 1M at 40.5M, heat 20
 *
 * A range's heat is spread evenly over those of its bytes that are written: the
 * table does not know which of them are hot. Pure: heat/disk_heat.h asks the
 * system.
 */
#ifndef FRSP_HEAT_PLACED_H
#define FRSP_HEAT_PLACED_H

#include "fs/fiemap.h"
#include "fs/tier.h"

/* The heat of bytes that begin at a multiple of 1 MiB in a file. */
struct heat_range {
	__u64 ino;
	__u32 gen;
	__u32 range;
	double heat;
};

struct heat_piece {
	__u64 ino;
	__u32 gen;
	__u64 logical, physical, bytes; /* as in struct file_extent */
	double heat;
};

struct heat_pieces {
	struct heat_piece *pieces;
	size_t n;
};

/* Adds the pieces of n ranges of one file, which rise. extents: at least all
 * that these ranges have. Returns 0 or -ENOMEM.
 */
int heat_pieces_add(struct heat_pieces *pieces, const struct heat_range *ranges,
		    size_t n, const struct file_extents *extents);
void heat_pieces_free(struct heat_pieces *pieces);

/* The sum of all pieces. */
double heat_pieces_sum(const struct heat_pieces *pieces);

/* The sums by tier; what is in no tier is left out. */
void heat_by_tier(const struct heat_pieces *pieces, const struct tiers *tiers,
		  double heat[TIER_MAX]);

#endif
