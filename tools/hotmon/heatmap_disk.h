/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map of a disk: I/O of ranges of files, where their pieces
 * (heat/placed.h) are; and beside each row its tiers and how fragmented what
 * had I/O is.
 *
 * Example: range 5 of a file has 3/4 MiB at 8M and 1/4 MiB at 40M. Of 8 I/Os,
 * 6 are at 8M and 2 at 40M, and each of these rows has a piece more.
 */
#ifndef FRSP_HOTMON_HEATMAP_DISK_H
#define FRSP_HOTMON_HEATMAP_DISK_H

#include "heat/placed.h"
#include "hotmon/heatmap_grid.h"

/* What is beside a row. */
struct heatmap_disk_row {
	__u64 tiers;	/* that it has bytes of, as bits; 0: unknown */
	double bytes;	/* of the pieces there */
	__u32 n_pieces; /* that begin there and continue no other one */
};

struct heatmap_disk {
	/* Made of ranges with a heat of 1, by rising (ino, gen, logical). */
	struct heat_pieces pieces;
	struct tiers tiers;
	struct heatmap_disk_row *rows;
};

/* Adds the I/Os of a range where its pieces are. Returns what had a place. */
double heatmap_disk_add(const struct heatmap_disk *disk,
			struct heatmap_grid *grid,
			const struct heatmap_band *band,
			const struct heat_range *range, __u64 start_ns,
			__u64 end_ns);

/* Fills in .rows, one for each row of the band. Returns 0 or -ENOMEM. */
int heatmap_disk_rows(struct heatmap_disk *disk,
		      const struct heatmap_band *band);

/* Pieces per MiB: 0: there are none; 1: at most 1, 2: 4, 3: 16; 4: more. */
#define HEATMAP_DISK_PIECES 4
unsigned int heatmap_disk_level(const struct heatmap_disk_row *row);

void heatmap_disk_free(struct heatmap_disk *disk);

#endif
