// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/heatmap_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int grow_files(struct heatmap *map, __u32 n)
{
	struct heatmap_file *grown;

	if (n <= map->n_files)
		return 0;
	grown = reallocarray(map->files, n, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	memset(&grown[map->n_files], 0, (n - map->n_files) * sizeof(*grown));
	map->files = grown;
	map->n_files = n;
	return 0;
}

static double ios_of(const struct trace_access *access)
{
	return (double)access->reads + access->writes;
}

static void survey(struct heatmap *map, const struct trace_frame *frame)
{
	if (!map->n_intervals++)
		map->start_ns = frame->start_ns;
	map->end_ns = frame->end_ns;
	for (size_t i = 0; i < frame->n_totals; i++) {
		double ios = ios_of(&frame->totals[i]);

		map->files[frame->totals[i].file].ios += ios;
		map->all_ios += ios;
	}
	for (size_t i = 0; i < frame->n; i++) {
		const struct trace_access *access = &frame->accesses[i];
		struct heatmap_file *file = &map->files[access->file];

		if (ios_of(access) > 0 && access->range >= file->n_ranges)
			file->n_ranges = access->range + 1;
	}
}

/* An interval without a length only says how warm it was before. */
static bool has_length(const struct trace_frame *frame)
{
	return frame->end_ns > frame->start_ns;
}

int heatmap_survey(struct heatmap *map, struct trace_reader *reader)
{
	struct trace_frame frame;
	int found, err = 0;

	trace_want_temperatures(reader, false);
	while (!err && (found = trace_next(reader, &frame)) > 0) {
		err = grow_files(map, trace_n_files(reader));
		if (!err && has_length(&frame))
			survey(map, &frame);
	}
	return err ?: found == -EBADMSG ? 0 : found;
}

__u32 heatmap_add_band(struct heatmap *map, const char *name, __u64 bytes)
{
	map->bands[map->n_bands] =
		(struct heatmap_band){.name = name, .bytes = bytes};
	return map->n_bands++;
}

void heatmap_show(struct heatmap *map, __u32 file, __u32 band)
{
	__u64 bytes = (__u64)map->files[file].n_ranges << TRACE_RANGE_SHIFT;

	map->files[file].band = band + 1;
	map->shown_ios += map->files[file].ios;
	if (map->bands[band].bytes < bytes)
		map->bands[band].bytes = bytes;
}

/* I/O without a file has no ranges. */
static bool is_wanted(const struct heatmap_file *file)
{
	return !file->band && file->n_ranges && file->ios > 0;
}

__u32 heatmap_show_hottest(struct heatmap *map, __u32 max,
			   __u32 order[HEATMAP_MAX_BANDS])
{
	__u32 n;

	for (n = 0; n < max; n++) {
		__u32 best = map->n_files;

		for (__u32 i = 0; i < map->n_files; i++)
			if (is_wanted(&map->files[i]) &&
			    (best == map->n_files ||
			     map->files[i].ios > map->files[best].ios))
				best = i;
		if (best == map->n_files)
			break;
		heatmap_show(map, best, heatmap_add_band(map, "", 0));
		order[n] = best;
	}
	return n;
}

int heatmap_ranges(const struct heatmap *map, struct trace_reader *reader,
		   struct trace_gather *gather)
{
	size_t sort_at = 1 << 16;
	struct trace_frame frame;
	int found = 0, err = 0;

	trace_rewind(reader);
	while (!err && (found = trace_next(reader, &frame)) > 0) {
		for (size_t i = 0; i < frame.n && !err; i++)
			if (map->files[frame.accesses[i].file].band &&
			    ios_of(&frame.accesses[i]) > 0)
				err = trace_gather_add(gather,
						       &frame.accesses[i]);
		if (gather->ranges.n < sort_at)
			continue;
		trace_gather_sort(gather);
		sort_at = 2 * gather->ranges.n + (1 << 16);
	}
	trace_gather_sort(gather);
	return err ?: found == -EBADMSG ? 0 : found;
}

static void add_placed(struct heatmap *map, const struct trace_file *file,
		       const struct trace_access *access,
		       const struct trace_frame *frame)
{
	const struct heat_range range = {file->ino, file->gen, access->range,
					 ios_of(access)};

	map->shown_ios +=
		heatmap_disk_add(&map->disk, &map->grid, &map->bands[0], &range,
				 frame->start_ns, frame->end_ns);
}

static void fill(struct heatmap *map, struct trace_reader *reader,
		 const struct trace_frame *frame)
{
	for (size_t i = 0; i < frame->n; i++) {
		const struct trace_access *access = &frame->accesses[i];
		__u32 band = map->files[access->file].band;

		if (!band || !(ios_of(access) > 0))
			continue;
		if (map->has_disk)
			add_placed(map, trace_file(reader, access->file),
				   access, frame);
		else
			heatmap_grid_add(
				&map->grid, &map->bands[band - 1],
				(__u64)access->range << TRACE_RANGE_SHIFT,
				1ULL << TRACE_RANGE_SHIFT, frame->start_ns,
				frame->end_ns, ios_of(access));
	}
}

static __u32 fit_bands(struct heatmap *map, __u32 max_rows)
{
	__u32 n_rows = 0;

	for (__u32 i = 0; i < map->n_bands; i++) {
		struct heatmap_band *band = &map->bands[i];
		const char *name = band->name;

		*band = heatmap_band_fit(band->bytes, max_rows / map->n_bands);
		band->name = name;
		band->first_row = n_rows;
		n_rows += band->n_rows;
	}
	return n_rows;
}

int heatmap_fill(struct heatmap *map, struct trace_reader *reader,
		 __u32 max_columns, __u32 max_rows)
{
	__u32 n_rows = fit_bands(map, max_rows);
	struct trace_frame frame;
	int found = 0, err;

	err = heatmap_grid_make(&map->grid, map->start_ns, map->end_ns,
				map->n_intervals, max_columns, n_rows);
	if (!err && map->has_disk)
		err = heatmap_disk_rows(&map->disk, &map->bands[0]);
	if (err)
		return err;
	if (map->has_disk)
		map->shown_ios = 0;
	trace_rewind(reader);
	while ((found = trace_next(reader, &frame)) > 0)
		if (has_length(&frame))
			fill(map, reader, &frame);
	map->scale = heatmap_scale(&map->grid);
	return found == -EBADMSG ? 0 : found;
}

void heatmap_free(struct heatmap *map)
{
	free(map->files);
	free(map->grid.ios);
	heatmap_disk_free(&map->disk);
	*map = (struct heatmap){0};
}
