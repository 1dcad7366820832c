/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds where on the disk the hot ranges of a filesystem are (heat/placed.h):
 * opens each file by its number, and asks FIEMAP for its hot ranges only. It
 * writes nothing, and leaves nothing in ext4's cache of extents
 * (fs/extent_cache.h).
 */
#ifndef FRSP_DISK_HEAT_H
#define FRSP_DISK_HEAT_H

#include "fs/mount.h"
#include "heat/placed.h"
#include "heat/rank.h"

/* Of more ranges, the coldest have no place: a look-up takes some 10 us. */
#define DISK_HEAT_MAX_RANGES 65536

struct disk_heat {
	struct heat_pieces pieces;
	/* The temperatures of all ranges: also of those without a place, as
	 * their file was deleted or is not on the disk yet.
	 */
	double total;
	size_t n_ranges; /* that were looked up */
};

/* rows: ranges, the hottest first, of all filesystems. mount: it shows the
 * filesystem, which is one that has file handles, such as ext4. It may hang.
 * Returns 0 or -ENOMEM; on success the caller calls disk_heat_free().
 */
int disk_heat_read(const struct hot_rows *rows, const struct mount_entry *mount,
		   struct disk_heat *heat);
void disk_heat_free(struct disk_heat *heat);

#endif
