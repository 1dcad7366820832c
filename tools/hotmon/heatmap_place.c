// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/heatmap_place.h"

#include <errno.h>
#include <stdlib.h>

#include "fs/dm_table.h"
#include "heat/disk_heat.h"

static int by_heat(const void *a, const void *b)
{
	const struct hot_row *left = a, *right = b;

	return (left->temperature < right->temperature) -
	       (left->temperature > right->temperature);
}

/* The ranges as rows for disk_heat_read(): the hottest first, and then each
 * with a heat of 1.
 */
static int make_rows(struct trace_reader *reader, __u32 dev,
		     const struct trace_gather *gather, struct hot_rows *rows)
{
	rows->rows = calloc(gather->ranges.n ?: 1, sizeof(*rows->rows));
	if (!rows->rows)
		return -ENOMEM;
	rows->n_rows = gather->ranges.n;
	for (__u32 i = 0; i < rows->n_rows; i++) {
		const struct trace_access *access = &gather->ranges.all[i];
		const struct trace_file *file =
			trace_file(reader, access->file);

		rows->rows[i] = (struct hot_row){
			.ino = file->ino,
			.gen = file->gen,
			.fs_dev = dev,
			.range = access->range,
			.temperature = (double)access->reads + access->writes,
		};
	}
	qsort(rows->rows, rows->n_rows, sizeof(*rows->rows), by_heat);
	for (__u32 i = 0; i < rows->n_rows; i++)
		rows->rows[i].temperature = 1;
	return 0;
}

static int place(struct heatmap *map, struct trace_reader *reader,
		 const struct mount_entry *entry)
{
	struct trace_gather gather = {0};
	struct hot_rows rows = {0};
	struct disk_heat heat = {0};
	int err;

	err = heatmap_ranges(map, reader, &gather);
	if (!err)
		err = make_rows(reader, entry->dev, &gather, &rows);
	if (!err)
		err = disk_heat_read(&rows, entry, &heat);
	map->disk.pieces = heat.pieces;
	free(rows.rows);
	trace_gather_free(&gather);
	return err;
}

/* The bytes of the disk: all that its tiers or pieces have. */
static __u64 end_of_disk(const struct heatmap_disk *disk)
{
	__u64 end = 0;

	if (disk->tiers.n_extents) {
		const struct tier_extent *last =
			&disk->tiers.extents[disk->tiers.n_extents - 1];

		end = last->start + last->bytes;
	}
	for (size_t i = 0; i < disk->pieces.n; i++)
		if (end < disk->pieces.pieces[i].physical +
				  disk->pieces.pieces[i].bytes)
			end = disk->pieces.pieces[i].physical +
			      disk->pieces.pieces[i].bytes;
	return end;
}

int heatmap_place(struct heatmap *map, struct trace_reader *reader,
		  const struct mount_entry *entry, const char *name)
{
	struct tier_source source = dm_table_source();
	int err;

	map->has_disk = true;
	heatmap_add_band(map, name, 0);
	for (__u32 i = 0; i < map->n_files; i++) {
		const struct trace_file *file = trace_file(reader, i);

		if (file->ino && trace_fs(reader, file->fs)->dev == entry->dev)
			heatmap_show(map, i, 0);
	}
	err = place(map, reader, entry);
	/* without tiers the map is still right */
	tiers_read(&source, entry->dev, &map->disk.tiers);
	map->bands[0].bytes = end_of_disk(&map->disk);
	return err;
}
