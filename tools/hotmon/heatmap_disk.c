// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/heatmap_disk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bpf/hot.h"

#define MIB (1ULL << 20)

/* Whether the piece is before the range. */
static bool is_before(const struct heat_piece *piece,
		      const struct heat_range *range)
{
	if (piece->ino != range->ino)
		return piece->ino < range->ino;
	if (piece->gen != range->gen)
		return piece->gen < range->gen;
	return piece->logical < (__u64)range->range << FRSP_HOT_RANGE_SHIFT;
}

static bool is_of(const struct heat_piece *piece,
		  const struct heat_range *range)
{
	return piece->ino == range->ino && piece->gen == range->gen &&
	       piece->logical >> FRSP_HOT_RANGE_SHIFT == range->range;
}

double heatmap_disk_add(const struct heatmap_disk *disk,
			struct heatmap_grid *grid,
			const struct heatmap_band *band,
			const struct heat_range *range, __u64 start_ns,
			__u64 end_ns)
{
	const struct heat_piece *pieces = disk->pieces.pieces;
	size_t from = 0, to = disk->pieces.n;
	double placed = 0;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (is_before(&pieces[middle], range))
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < disk->pieces.n && is_of(&pieces[from], range); from++) {
		double ios = range->heat * pieces[from].heat;

		heatmap_grid_add(grid, band, pieces[from].physical,
				 pieces[from].bytes, start_ns, end_ns, ios);
		placed += ios;
	}
	return placed;
}

/* Whether the second one is on the disk as it is in the file. */
static bool continues(const struct heat_piece *first,
		      const struct heat_piece *second)
{
	return first->ino == second->ino && first->gen == second->gen &&
	       second->physical - first->physical ==
		       second->logical - first->logical;
}

/* The bytes of a piece, in the rows that it is in. */
static void add_bytes(struct heatmap_disk_row *rows,
		      const struct heatmap_band *band,
		      const struct heat_piece *piece)
{
	__u64 end = piece->physical + piece->bytes;

	for (__u64 at = piece->physical; at < end;) {
		__u64 row = at / band->row_bytes;
		__u64 row_end = (row + 1) * band->row_bytes;
		__u64 to = row_end < end ? row_end : end;

		if (row >= band->n_rows)
			return;
		rows[row].bytes += to - at;
		at = to;
	}
}

int heatmap_disk_rows(struct heatmap_disk *disk,
		      const struct heatmap_band *band)
{
	const struct heat_piece *pieces = disk->pieces.pieces;

	disk->rows = calloc(band->n_rows, sizeof(*disk->rows));
	if (!disk->rows)
		return -ENOMEM;
	for (__u32 i = 0; i < band->n_rows; i++)
		disk->rows[i].tiers =
			tiers_in(&disk->tiers, i * band->row_bytes,
				 (i + 1) * band->row_bytes);
	for (size_t i = 0; i < disk->pieces.n; i++) {
		__u64 row = pieces[i].physical / band->row_bytes;

		add_bytes(disk->rows, band, &pieces[i]);
		if (row < band->n_rows &&
		    !(i && continues(&pieces[i - 1], &pieces[i])))
			disk->rows[row].n_pieces++;
	}
	return 0;
}

unsigned int heatmap_disk_level(const struct heatmap_disk_row *row)
{
	double per_mib = row->n_pieces * (double)MIB;

	if (!(row->bytes > 0))
		return 0;
	return per_mib <= row->bytes	    ? 1
	       : per_mib <= 4 * row->bytes  ? 2
	       : per_mib <= 16 * row->bytes ? 3
					    : HEATMAP_DISK_PIECES;
}

void heatmap_disk_free(struct heatmap_disk *disk)
{
	heat_pieces_free(&disk->pieces);
	tiers_free(&disk->tiers);
	free(disk->rows);
	*disk = (struct heatmap_disk){0};
}
