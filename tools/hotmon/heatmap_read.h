/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a recording into a map (hotmon/heatmap_grid.h): once to see what there
 * is, and, when it is chosen what to show, once more to fill the grid.
 *
 *	heatmap_survey(&map, reader);
 *	heatmap_show(&map, file, name);		...or heatmap_show_hottest()
 *	heatmap_fill(&map, reader, max_columns, max_rows);
 */
#ifndef FRSP_HOTMON_HEATMAP_READ_H
#define FRSP_HOTMON_HEATMAP_READ_H

#include "hotmon/heatmap_disk.h"
#include "hotmon/heatmap_grid.h"
#include "trace/gather.h"
#include "trace/read.h"

#define HEATMAP_MAX_BANDS 16

/* A file of the recording. */
struct heatmap_file {
	double ios;	/* reads and writes */
	__u32 n_ranges; /* the last one with I/O, plus 1 */
	__u32 band;	/* that shows it, plus 1; 0: none */
};

/* All 0: empty. */
struct heatmap {
	__u64 start_ns, end_ns, n_intervals;
	struct heatmap_file *files; /* by index in the recording */
	__u32 n_files;
	double all_ios, shown_ios;
	struct heatmap_band bands[HEATMAP_MAX_BANDS];
	__u32 n_bands;
	struct heatmap_grid grid;
	struct heatmap_scale scale;
	/* The only band is a disk, and .band of files says which are on it. */
	bool has_disk;
	struct heatmap_disk disk;
};

/* Returns 0, also if the recording is damaged from some place on
 * (trace_problem()); or -errno.
 */
int heatmap_survey(struct heatmap *map, struct trace_reader *reader);

/* Adds a band, and returns its number. bytes: its length. */
__u32 heatmap_add_band(struct heatmap *map, const char *name, __u64 bytes);

/* Shows a file in a band, which gets longer if the file is. */
void heatmap_show(struct heatmap *map, __u32 file, __u32 band);

/* Shows the files with the most I/Os, each in a band of its own without a name;
 * order gets their indexes. Returns how many: at most max, which is at most
 * HEATMAP_MAX_BANDS.
 */
__u32 heatmap_show_hottest(struct heatmap *map, __u32 max,
			   __u32 order[HEATMAP_MAX_BANDS]);

/* Lists the ranges with I/O of the files that are shown, as files and ranges of
 * the recording, which begins again. The caller frees it with
 * trace_gather_free(). Returns 0 or -errno.
 */
int heatmap_ranges(const struct heatmap *map, struct trace_reader *reader,
		   struct trace_gather *gather);

/* Fits the bands into the room, and fills the grid. max_rows: of all bands, and
 * at least 1 for each. Returns 0 or -errno.
 */
int heatmap_fill(struct heatmap *map, struct trace_reader *reader,
		 __u32 max_columns, __u32 max_rows);

void heatmap_free(struct heatmap *map);

#endif
