// SPDX-License-Identifier: GPL-2.0-or-later
#include "ploop/image/table_piece.h"

#include <errno.h>
#include <unistd.h>

/* How many of the next n entries are in a hole of the file, from the first on.
 */
static __u32 count_hole(const struct image_file *file, __u32 entry, __u32 n)
{
	off_t data = lseek(file->fd, table_byte(entry), SEEK_DATA);
	__u64 skipped;

	if (data < 0) /* ENXIO: there is only a hole */
		return errno == ENXIO ? n : 0;
	skipped = (data - table_byte(entry)) / PLOOP_ENTRY_BYTES;
	return skipped < n ? skipped : n;
}

int table_piece_read(const struct image_file *file, __u32 entry,
		     struct table_piece *piece)
{
	__u32 left = file->header.n_entries - entry;
	__u32 hole = count_hole(file, entry, left);

	piece->first = entry;
	piece->is_hole = hole > 0;
	piece->n = left < TABLE_PIECE ? left : TABLE_PIECE;
	if (hole) {
		piece->n = hole;
		return 0;
	}
	return read_all_at(file->fd, piece->raw,
			   piece->n * (size_t)PLOOP_ENTRY_BYTES,
			   table_byte(entry));
}
