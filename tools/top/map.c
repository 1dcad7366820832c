// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The map: the block groups of a filesystem as a grid of cells, in the order
 * of the disk. A cell is a character, so the map can be read without colours.
 * Where there is room for more cells than groups, a cell is a part of a group.
 *
 * Example: the metric fullness prints "950-" for 4 cells. In the first, 90 to
 * 100 % of the clusters are in use, in the second 50 to 59 %, in the third less
 * than 10 %; the fourth is not read yet. With the metric tier, a character is
 * the number of the tier (0 to 9, a to z), or "+" if there are several tiers.
 */
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "base/sgr.h"
#include "map/grid.h"
#include "top/view.h"
#include "ui/term_colors.h"

#define DEFAULT_WIDTH 80
#define DEFAULT_CELLS 1280
#define N_STEPS	      10

/* Instead of the step of a cell. */
#define NOT_KNOWN (-1)
#define SEVERAL	  (-2)

struct source {
	const struct fs_map *map;
	const struct heat_map *heat;
	bool has_heat; /* .heat is known */
	const struct tiers *tiers;
	int tiers_err;
	double hottest_part; /* the temperature of the hottest cell in sight */
};

/* The colours of steps 0 to 9; step 10 has the colour of step 0, and so on. The
 * 16 colours are 8 colours and, with bit 3 set, their bright forms, which a
 * terminal with 8 colours lacks.
 */
struct palette {
	__u32 rgb[N_STEPS];
	unsigned char of256[N_STEPS];
	unsigned char of16[N_STEPS];
};

struct metric {
	const char *name;
	const char *legend;  /* NULL: the list of tiers */
	const char *no_step; /* what "-" means */
	const struct palette *palette;
	/* The step of groups [first, end), or NOT_KNOWN or SEVERAL. */
	int (*step)(const struct source *source, __u32 first, __u32 end);
	/* That of a part of a group; NULL: only groups as a whole have one. */
	int (*part_step)(const struct source *source,
			 const struct fs_map_part *part);
	const char *part_legend; /* NULL: .legend */
};

/* The step for a value from 0 to 1; negative: unknown. */
static int tenths(double value)
{
	int step = value * N_STEPS;

	if (value < 0)
		return NOT_KNOWN;
	return step < N_STEPS ? step : N_STEPS - 1;
}

static int fullness(const struct source *source, __u32 first, __u32 end)
{
	return tenths(fs_map_fullness(source->map, first, end));
}

static int fragmentation(const struct source *source, __u32 first, __u32 end)
{
	return tenths(fs_map_fragmentation(source->map, first, end));
}

static int heat(const struct source *source, __u32 first, __u32 end)
{
	return source->has_heat
		       ? tenths(heat_map_value(source->heat, first, end))
		       : NOT_KNOWN;
}

static int tier_of_bytes(const struct source *source, __u64 start, __u64 stop)
{
	__u64 in = tiers_in(source->tiers, start, stop);

	if (!in)
		return NOT_KNOWN;
	return in & (in - 1) ? SEVERAL : __builtin_ctzll(in);
}

static int tier(const struct source *source, __u32 first, __u32 end)
{
	__u64 start, stop;

	fs_map_span(source->map, first, end, &start, &stop);
	return tier_of_bytes(source, start, stop);
}

static int part_fullness(const struct source *source,
			 const struct fs_map_part *part)
{
	return tenths(fs_map_part_fullness(source->map, part));
}

static double part_temperature(const struct source *source,
			       const struct fs_map_part *part)
{
	__u64 start, stop;

	fs_map_part_span(source->map, part, &start, &stop);
	return heat_map_bytes(source->heat, start, stop);
}

static int part_heat(const struct source *source,
		     const struct fs_map_part *part)
{
	if (!source->has_heat)
		return NOT_KNOWN;
	return source->hottest_part > 0
		       ? tenths(part_temperature(source, part) /
				source->hottest_part)
		       : 0;
}

static int part_tier(const struct source *source,
		     const struct fs_map_part *part)
{
	__u64 start, stop;

	fs_map_part_span(source->map, part, &start, &stop);
	return tier_of_bytes(source, start, stop);
}

/* From green to red. */
static const struct palette ramp = {
	{0x005f00, 0x1a7500, 0x3a7d00, 0x5c8500, 0x7f8700, 0x9c8000, 0xb07200,
	 0xbf5a00, 0xc93a00, 0xd00000},
	{22, 28, 34, 70, 106, 142, 178, 172, 166, 160},
	{2, 2, 10, 10, 3, 3, 11, 9, 9, 1},
};

/* Colours without an order; neighbours look different. */
static const struct palette categories = {
	{0x008700, 0x005faf, 0xaf5f00, 0x870087, 0x008787, 0xaf0000, 0x5f5f00,
	 0x5f5f87, 0xd75f00, 0x585858},
	{28, 25, 130, 90, 30, 124, 58, 60, 166, 240},
	{2, 4, 3, 5, 6, 1, 10, 12, 11, 13},
};

static const struct metric metrics[TOP_NR_METRICS] = {
	[TOP_FULLNESS] = {"fullness", "clusters used", "not read", &ramp,
			  fullness, part_fullness, NULL},
	[TOP_FRAGMENTATION] =
		{"fragmentation",
		 "free clusters outside of their group's longest free extent",
		 "full or not known", &ramp, fragmentation, NULL, NULL},
	[TOP_WARMTH] =
		{"heat",
		 "the hottest group's temperature, from ranked ranges only",
		 "unwatched", &ramp, heat, part_heat,
		 "the hottest cell's temperature, from ranked ranges only"},
	[TOP_TIER] = {"tier", NULL, NULL, &categories, tier, part_tier, NULL},
};

const char *top_map_metric(size_t i)
{
	return i < TOP_NR_METRICS ? metrics[i].name : NULL;
}

/* With 256 colours or more: white text on the step's colour. With fewer: text
 * in the step's colour.
 */
static void print_color(FILE *out, const struct palette *palette, int n_colors,
			int step)
{
	__u32 rgb = palette->rgb[step], of16 = palette->of16[step];

	if (n_colors >= TERM_COLORS_RGB)
		fprintf(out, "\033[38;2;255;255;255;48;2;%u;%u;%um", rgb >> 16,
			rgb >> 8 & 255, rgb & 255);
	else if (n_colors >= 256)
		fprintf(out, "\033[38;5;231;48;5;%dm", palette->of256[step]);
	else if (n_colors >= 16 && of16 >= 8)
		fprintf(out, "\033[%um", 90 + of16 - 8);
	else
		fprintf(out, "\033[%um", 30 + of16 % 8);
}

static void print_step(FILE *out, const struct top_view *view, int step)
{
	static const char names[TIER_MAX + 1] =
		"0123456789abcdefghijklmnopqrstuvwxyz";

	if (step < 0) {
		fprintf(out, "%s%c", top_style(view, SGR_RESET),
			step == SEVERAL ? '+' : '-');
		return;
	}
	if (view->color)
		print_color(out, metrics[view->metric].palette, view->n_colors,
			    step % N_STEPS);
	fputc(names[step], out);
}

static struct map_grid grid_of(const struct fs_map *map,
			       const struct top_view *view)
{
	__u32 n_cells = view->n_cells ? view->n_cells : DEFAULT_CELLS;
	bool has_parts = metrics[view->metric].part_step;
	const struct map_shape shape = {
		.n_groups = map->n_groups,
		.group_parts = has_parts ? map->group_clusters : 1,
		.last_parts = has_parts ? map->last_clusters : 1,
	};

	return map_grid(&shape, n_cells, view->zoom, view->pan);
}

static struct fs_map_part part_of(const struct map_grid *grid, __u32 cell)
{
	struct fs_map_part part;
	__u32 end;

	map_grid_groups(grid, cell, &part.group, &end);
	map_grid_part(grid, cell, &part.from, &part.to);
	return part;
}

/* The temperature of the hottest cell, if cells are parts of groups. */
static double hottest_part(const struct source *source,
			   const struct map_grid *grid)
{
	double hottest = 0;

	if (!source->has_heat || grid->cells_per_group == 1)
		return 0;
	for (__u32 cell = 0; cell < grid->n_cells; cell++) {
		const struct fs_map_part part = part_of(grid, cell);
		double one = part_temperature(source, &part);

		hottest = one > hottest ? one : hottest;
	}
	return hottest;
}

static int step_of(const struct source *source, const struct metric *metric,
		   const struct map_grid *grid, __u32 cell)
{
	__u32 first, end;

	if (grid->cells_per_group > 1) {
		const struct fs_map_part part = part_of(grid, cell);

		return metric->part_step(source, &part);
	}
	map_grid_groups(grid, cell, &first, &end);
	return metric->step(source, first, end);
}

static void print_grid(FILE *out, const struct source *source,
		       const struct map_grid *grid, const struct top_view *view)
{
	const struct metric *metric = &metrics[view->metric];
	__u32 width = view->width > 0 ? view->width : DEFAULT_WIDTH;

	for (__u32 cell = 0; cell < grid->n_cells; cell++) {
		if (cell && cell % width == 0)
			fprintf(out, "%s\n", top_style(view, SGR_RESET));
		print_step(out, view, step_of(source, metric, grid, cell));
	}
	fprintf(out, "%s\n", top_style(view, SGR_RESET));
}

static void print_tiers(FILE *out, const struct source *source,
			const struct top_view *view)
{
	static const char *const classes[] = {
		[TIER_FAST] = "non-rotational",
		[TIER_SLOW] = "rotational",
		[TIER_UNKNOWN] = "of unknown kind",
	};
	char bytes[FMT_LEN];

	if (source->tiers_err) {
		fprintf(out, "-: not known: %s\n",
			strerror(-source->tiers_err));
		return;
	}
	for (unsigned int i = 0; i < source->tiers->n; i++) {
		const struct tier *one = &source->tiers->tiers[i];

		print_step(out, view, i);
		fprintf(out, "%s: %s %s %s, ", top_style(view, SGR_RESET),
			one->shown, fmt_bytes(bytes, one->bytes, view->exact),
			classes[one->class]);
	}
	if (source->tiers->n > 1)
		fputs("+: several, ", out);
	fputs("-: not known\n", out);
}

static void print_cell_size(FILE *out, const struct map_grid *grid,
			    __u64 group_bytes)
{
	__u32 first, end, n = grid->cells_per_group;
	char bytes[FMT_LEN];

	map_grid_groups(grid, 0, &first, &end);
	if (n > 1)
		fprintf(out, "a cell: 1/%u group, %s", n,
			fmt_bytes(bytes, group_bytes / n, false));
	else
		fprintf(out, "a cell: %u group%s, %s", grid->per_cell,
			fmt_plural(grid->per_cell),
			fmt_bytes(bytes, group_bytes * grid->per_cell, false));
	fprintf(out, "; from group %u of %u; now\n", first,
		grid->shape.n_groups);
}

static void print_legend(FILE *out, const struct source *source,
			 const struct map_grid *grid,
			 const struct top_view *view)
{
	const struct metric *metric = &metrics[view->metric];
	const char *legend = grid->cells_per_group > 1 && metric->part_legend
				     ? metric->part_legend
				     : metric->legend;

	fprintf(out, "%s: ", metric->name);
	if (legend) {
		for (int step = 0; step < N_STEPS; step++)
			print_step(out, view, step);
		fprintf(out, "%s tenths of %s, -: %s\n",
			top_style(view, SGR_RESET), legend, metric->no_step);
	} else {
		print_tiers(out, source, view);
	}
	print_cell_size(out, grid, fs_map_group_bytes(source->map));
}

bool top_map_limits(const struct top_frame *frame, const struct top_view *view,
		    __u32 *zoom, __u32 *pan)
{
	const struct top_fs *fs = top_view_fs(frame, view);
	struct map_grid grid;

	if (!fs || !fs->map)
		return false;
	grid = grid_of(fs->map->groups, view);
	*zoom = grid.last_zoom;
	*pan = grid.last_pan;
	return true;
}

void top_map_look_up(struct top_model *model, struct top_frame *frame,
		     const struct top_view *view)
{
	struct top_fs *fs = top_view_fs(frame, view);
	struct map_grid grid;
	__u32 first, last, end;

	if (!fs)
		return;
	top_model_map(model, fs, view->metric == TOP_TIER);
	if (!fs->map || view->metric != TOP_FULLNESS)
		return;
	grid = grid_of(fs->map->groups, view);
	if (grid.cells_per_group == 1)
		return;
	map_grid_groups(&grid, 0, &first, &end);
	map_grid_groups(&grid, grid.n_cells - 1, &last, &end);
	/* without the bitmaps, cells are not known */
	fs_map_look(fs->map->groups, first, end);
}

int top_map_print(FILE *out, const struct top_frame *frame,
		  const struct top_view *view)
{
	const struct top_fs *fs = top_view_fs(frame, view);
	const struct disk_map *map;
	struct source source;
	struct map_grid grid;

	if (!top_view_head(out, fs, view))
		return 0;
	if (top_view_remote(out, frame))
		return 0;
	if (fs->map_err == -EOPNOTSUPP) {
		fprintf(out, "%s has no block groups\n", fs->fs_type);
		return 0;
	}
	/* no failure: the other screens do not read the device */
	if (fs->map_err) {
		fprintf(out, "cannot read the group descriptors: %s\n",
			strerror(-fs->map_err));
		return 0;
	}
	map = fs->map;
	source = (struct source){
		.map = map->groups,
		.heat = map->heat,
		.has_heat = frame->has_heat,
		.tiers = fs->tiers,
		.tiers_err = fs->tiers_err,
	};
	grid = grid_of(map->groups, view);
	if (view->metric == TOP_WARMTH)
		source.hottest_part = hottest_part(&source, &grid);
	print_legend(out, &source, &grid, view);
	print_grid(out, &source, &grid, view);
	if (view->metric == TOP_FRAGMENTATION && !fs->has_status)
		top_view_no_module(out, "fragmentation");
	return 0;
}
