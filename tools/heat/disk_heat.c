// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/disk_heat.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fs/extent_cache.h"
#include "paths/inode.h"

static int by_place_in_file(const void *a, const void *b)
{
	const struct heat_range *left = a, *right = b;

	if (left->ino != right->ino)
		return left->ino < right->ino ? -1 : 1;
	if (left->gen != right->gen)
		return left->gen < right->gen ? -1 : 1;
	return (left->range > right->range) - (left->range < right->range);
}

/* Adds up the heat of the filesystem, and fills in its ranges, sorted. ranges:
 * room for DISK_HEAT_MAX_RANGES.
 */
static void choose(const struct hot_rows *rows, __u32 dev,
		   struct heat_range *ranges, struct disk_heat *heat)
{
	for (__u32 i = 0; i < rows->n_rows; i++) {
		const struct hot_row *row = &rows->rows[i];

		if (row->fs_dev != dev || row->is_metadata || !row->ino)
			continue;
		heat->total += row->temperature;
		if (heat->n_ranges < DISK_HEAT_MAX_RANGES)
			ranges[heat->n_ranges++] =
				(struct heat_range){row->ino, row->gen,
						    row->range,
						    row->temperature};
	}
	qsort(ranges, heat->n_ranges, sizeof(*ranges), by_place_in_file);
}

/* Places n ranges that follow each other without a gap. */
static int place_run(int fd, const struct heat_range *ranges, size_t n,
		     struct disk_heat *heat)
{
	__u64 start = (__u64)ranges[0].range << FRSP_HOT_RANGE_SHIFT;
	__u64 bytes = (__u64)n << FRSP_HOT_RANGE_SHIFT;
	struct file_extents extents;
	int err;

	if (file_extents_peek(fd, start, start + bytes, &extents))
		return 0;
	err = heat_pieces_add(&heat->pieces, ranges, n, &extents);
	file_extents_free(&extents);
	return err;
}

static int place_file(struct path_inode_query *query,
		      const struct heat_range *ranges, size_t n,
		      struct disk_heat *heat)
{
	struct extent_cache_before before;
	int fd, err = 0;

	query->inode = (struct path_inode){ranges->ino, ranges->gen, 0};
	fd = path_inode_open(query);
	if (fd < 0)
		return 0;
	before = extent_cache_look(fd);
	for (size_t from = 0, to; from < n && !err; from = to) {
		for (to = from + 1;
		     to < n && ranges[to].range == ranges[to - 1].range + 1;)
			to++;
		err = place_run(fd, &ranges[from], to - from, heat);
	}
	extent_cache_clear(fd, before);
	close(fd);
	return err;
}

static int place_files(struct path_inode_query *query,
		       const struct heat_range *ranges, struct disk_heat *heat)
{
	int err = 0;

	for (size_t from = 0, to; from < heat->n_ranges && !err; from = to) {
		for (to = from + 1; to < heat->n_ranges &&
				    ranges[to].ino == ranges[from].ino &&
				    ranges[to].gen == ranges[from].gen;)
			to++;
		err = place_file(query, &ranges[from], to - from, heat);
	}
	return err;
}

int disk_heat_read(const struct hot_rows *rows, const struct mount_entry *mount,
		   struct disk_heat *heat)
{
	struct heat_range *ranges =
		calloc(DISK_HEAT_MAX_RANGES, sizeof(*ranges));
	struct path_inode_query *query = calloc(1, sizeof(*query));
	int err = ranges && query ? 0 : -ENOMEM;

	*heat = (struct disk_heat){0};
	if (!err)
		choose(rows, mount->dev, ranges, heat);
	if (!err && !path_inode_through(query, mount))
		err = place_files(query, ranges, heat);
	free(query);
	free(ranges);
	if (err)
		disk_heat_free(heat);
	return err;
}

void disk_heat_free(struct disk_heat *heat)
{
	heat_pieces_free(&heat->pieces);
}
