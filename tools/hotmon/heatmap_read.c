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

static void fill(struct heatmap *map, const struct trace_frame *frame)
{
	for (size_t i = 0; i < frame->n; i++) {
		const struct trace_access *access = &frame->accesses[i];
		__u32 band = map->files[access->file].band;

		if (band && ios_of(access) > 0)
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
	if (err)
		return err;
	trace_rewind(reader);
	while ((found = trace_next(reader, &frame)) > 0)
		if (has_length(&frame))
			fill(map, &frame);
	map->scale = heatmap_scale(&map->grid);
	return found == -EBADMSG ? 0 : found;
}

void heatmap_free(struct heatmap *map)
{
	free(map->files);
	free(map->grid.ios);
	*map = (struct heatmap){0};
}
