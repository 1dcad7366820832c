// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The flexible groups of a filesystem as a grid, in the order of the disk. A
 * cell is a digit, tenths of what is shown, so that it reads without colours,
 * too.
 */
#include <errno.h>
#include <string.h>

#include "fmt.h"
#include "map_grid.h"
#include "sgr.h"
#include "top_view.h"

#define DEFAULT_WIDTH 80
#define DEFAULT_CELLS 1280
#define N_STEPS	      10

struct source {
	const struct fs_map *map;
	const struct heat_map *heat;
};

struct metric {
	const char *name;
	const char *legend;
	/* Of groups [first, end); negative: not known. */
	double (*value)(const struct source *source, __u32 first, __u32 end);
};

static double fullness(const struct source *source, __u32 first, __u32 end)
{
	return fs_map_fullness(source->map, first, end);
}

static double fragmentation(const struct source *source, __u32 first, __u32 end)
{
	return fs_map_fragmentation(source->map, first, end);
}

static double heat(const struct source *source, __u32 first, __u32 end)
{
	__u32 per_flex = source->map->groups_per_flex;

	return heat_map_value(source->heat, first / per_flex,
			      (end + per_flex - 1) / per_flex);
}

static const struct metric metrics[TOP_NR_METRICS] = {
	[TOP_FULLNESS] = {"fullness", "clusters in use", fullness},
	[TOP_FRAGMENTATION] = {"fragmentation",
			       "free clusters outside of their group's longest "
			       "free extent",
			       fragmentation},
	[TOP_WARMTH] = {"heat",
			"the hottest flexible group's temperature, of the "
			"ranges that are ranked",
			heat},
};

/* From green to red: of 256 colours, and of eight. */
static const unsigned char ramp256[N_STEPS] = {22,  28,	 34,  70,  106,
					       142, 178, 172, 166, 160};
static const unsigned char ramp8[N_STEPS] = {2, 2, 2, 2, 3, 3, 3, 1, 1, 1};

static void print_step(FILE *out, const struct top_view *view, int step)
{
	if (!view->color)
		fprintf(out, "%d", step);
	else if (view->n_colors >= 256)
		fprintf(out, "\033[38;5;231;48;5;%dm%d", ramp256[step], step);
	else
		fprintf(out, "\033[%dm%d", 30 + ramp8[step], step);
}

static void print_cell(FILE *out, const struct top_view *view, double value)
{
	int step = value * N_STEPS;

	if (value < 0) {
		fprintf(out, "%s-", top_style(view, SGR_RESET));
		return;
	}
	print_step(out, view, step < N_STEPS ? step : N_STEPS - 1);
}

static struct map_grid grid_of(const struct fs_map *map,
			       const struct top_view *view)
{
	__u32 n_cells = view->n_cells ? view->n_cells : DEFAULT_CELLS;

	return map_grid(map->n_groups, map->groups_per_flex, n_cells,
			view->zoom, view->pan);
}

static void print_grid(FILE *out, const struct source *source,
		       const struct map_grid *grid, const struct top_view *view)
{
	const struct metric *metric = &metrics[view->metric];
	__u32 width = view->width > 0 ? view->width : DEFAULT_WIDTH;

	for (__u32 cell = 0; cell < grid->n_cells; cell++) {
		__u32 first, end;

		map_grid_groups(grid, cell, &first, &end);
		if (cell && cell % width == 0)
			fprintf(out, "%s\n", top_style(view, SGR_RESET));
		print_cell(out, view, metric->value(source, first, end));
	}
	fprintf(out, "%s\n", top_style(view, SGR_RESET));
}

static void print_legend(FILE *out, const struct fs_map *map,
			 const struct map_grid *grid,
			 const struct top_view *view)
{
	const struct metric *metric = &metrics[view->metric];
	__u64 flex_bytes = fs_map_flex_bytes(map);
	char bytes[FMT_LEN], all[FMT_LEN];

	fprintf(out, "%s: ", metric->name);
	for (int step = 0; step < N_STEPS; step++)
		print_step(out, view, step);
	fprintf(out, "%s tenths of %s, -: not known\n",
		top_style(view, SGR_RESET), metric->legend);
	fprintf(out,
		"a cell: %u flexible group%s, %s; from %u of %u, %s each\n",
		grid->per_cell, grid->per_cell == 1 ? "" : "s",
		fmt_bytes(all, flex_bytes * grid->per_cell, false), grid->first,
		grid->n_flex, fmt_bytes(bytes, flex_bytes, false));
}

bool top_map_limits(struct top_model *model, const struct top_frame *frame,
		    const struct top_view *view, __u32 *zoom, __u32 *pan)
{
	const struct top_fs *fs = top_view_fs(frame, view);
	const struct fs_map *map;
	struct map_grid grid;

	if (!fs || top_model_map(model, fs, &map))
		return false;
	grid = grid_of(map, view);
	*zoom = grid.last_zoom;
	*pan = grid.last_pan;
	return true;
}

int top_map_print(FILE *out, struct top_model *model,
		  const struct top_frame *frame, const struct top_view *view)
{
	const struct top_fs *fs = top_view_fs(frame, view);
	const struct fs_map *map;
	struct source source;
	struct map_grid grid;
	int err;

	if (!top_view_head(out, fs, view))
		return 0;
	err = top_model_map(model, fs, &map);
	if (err == -EOPNOTSUPP) {
		fprintf(out, "%s has no block groups\n", fs->fs_type);
		return 0;
	}
	if (err) { /* the other screens do without the device */
		fprintf(out, "cannot read the group descriptors: %s\n",
			strerror(-err));
		return 0;
	}
	source = (struct source){map, top_model_heat_map(model)};
	grid = grid_of(map, view);
	print_legend(out, map, &grid, view);
	print_grid(out, &source, &grid, view);
	if (view->metric == TOP_FRAGMENTATION && !fs->has_status)
		fputs("needs frsp.ko: \"sudo modprobe frsp\"; \"frspctl "
		      "doctor\" "
		      "says what is missing\n",
		      out);
	return 0;
}
