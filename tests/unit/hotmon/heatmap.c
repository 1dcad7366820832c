// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the map of I/O: its cells, scale, colours, and both drawings. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_width.h"
#include "base/time_steps.h"
#include "hotmon/heatmap_svg.h"
#include "hotmon/heatmap_text.h"
#include "hotmon/palette.h"
#include "random.h"
#include "suite.h"
#include "ui/term_colors.h"

#define MIB (1ULL << 20)
#define S   1000000000ULL

static void test_band(void **state)
{
	struct heatmap_band band = heatmap_band_fit(10 * MIB, 4);

	(void)state;
	assert_int_equal(band.row_bytes, 3 * MIB);
	assert_int_equal(band.n_rows, 4);
	band = heatmap_band_fit(10 * MIB + 1, 100);
	assert_int_equal(band.row_bytes, MIB);
	assert_int_equal(band.n_rows, 11);
	band = heatmap_band_fit(0, 5);
	assert_int_equal(band.n_rows, 1);
	for (__u64 bytes = 1; bytes < 1ULL << 50; bytes *= 3)
		for (__u32 max = 1; max < 200; max += 7) {
			band = heatmap_band_fit(bytes, max);
			assert_in_range(band.n_rows, 1, max);
			assert_true(band.row_bytes * band.n_rows >= bytes);
			assert_true(band.row_bytes * (band.n_rows - 1) < bytes);
		}
}

/* The example of hotmon/heatmap_grid.h. */
static void test_cells(void **state)
{
	struct heatmap_band band = heatmap_band_fit(10 * MIB, 4);
	struct heatmap_grid grid;

	(void)state;
	assert_int_equal(heatmap_grid_make(&grid, 100 * S, 160 * S, 60, 40, 4),
			 0);
	assert_int_equal(grid.n_columns, 30);
	assert_int_equal(grid.column_ns, 2 * S);
	heatmap_grid_add(&grid, &band, 5 * MIB, 2 * MIB, 104 * S, 105 * S, 8);
	assert_true(grid.ios[1 * 30 + 2] == 4);
	assert_true(grid.ios[2 * 30 + 2] == 4);
	assert_true(heatmap_grid_rate(&grid, 1, 2) == 2);
	/* an interval of two columns, a little late */
	heatmap_grid_add(&grid, &band, 0, MIB, 110 * S + 1000, 114 * S + 1000,
			 6);
	assert_true(grid.ios[5] == 3 && grid.ios[6] == 3 && grid.ios[7] == 0);
	/* the last one may be late, too; and what is beyond is left out */
	heatmap_grid_add(&grid, &band, 11 * MIB, 4 * MIB, 161 * S, 162 * S, 4);
	assert_true(grid.ios[3 * 30 + 29] == 1);
	free(grid.ios);
}

/* Nothing gets lost, wherever intervals begin. */
static void test_sum(void **state)
{
	(void)state;
	random_seed();
	for (int i = 0; i < 500; i++) {
		__u64 n = 1 + random_below(300), ns = 1 + random_below(3000);
		__u32 rows = 1 + random_below(20);
		struct heatmap_band band = heatmap_band_fit(rows * MIB, rows);
		struct heatmap_grid grid;
		double sum = 0;

		assert_int_equal(heatmap_grid_make(&grid, 77, 77 + n * ns, n,
						   1 + random_below(100), rows),
				 0);
		for (__u64 k = 0; k < n; k++) {
			__u64 late = random_below(ns);

			heatmap_grid_add(&grid, &band, random_below(rows) * MIB,
					 MIB, 77 + k * ns + late,
					 77 + (k + 1) * ns + late, 1);
		}
		for (__u32 k = 0; k < grid.n_columns * rows; k++)
			sum += grid.ios[k];
		assert_true(fabs(sum - n) < 1e-6);
		free(grid.ios);
	}
}

static void test_scale(void **state)
{
	double ios[] = {0, 1, 10, 1000};
	struct heatmap_grid grid = {
		.column_ns = S, .n_columns = 4, .n_rows = 1, .ios = ios};
	struct heatmap_scale scale = heatmap_scale(&grid);

	(void)state;
	assert_true(scale.low == 1 && scale.high == 1000);
	assert_int_equal(heatmap_level(&scale, 0, 7), 0);
	assert_int_equal(heatmap_level(&scale, 1, 7), 1);
	assert_int_equal(heatmap_level(&scale, 10, 7), 3);
	assert_int_equal(heatmap_level(&scale, 100, 7), 5);
	assert_int_equal(heatmap_level(&scale, 1000, 7), 7);
	ios[1] = 1e-9; /* a sliver does not make the others look the same */
	scale = heatmap_scale(&grid);
	assert_true(fabs(scale.low - 0.1) < 1e-9);
	assert_int_equal(heatmap_level(&scale, 1e-9, 7), 1);
	memset(ios, 0, sizeof(ios));
	scale = heatmap_scale(&grid);
	assert_true(scale.low == 0 && scale.high == 0);
	ios[2] = 5; /* all are the same */
	scale = heatmap_scale(&grid);
	assert_int_equal(heatmap_level(&scale, 5, 7), 7);
}

/* Of sRGB, by Rec. 709. */
static double lightness(__u32 rgb)
{
	return 0.2126 * pow(rgb >> 16, 2.2) +
	       0.7152 * pow(rgb >> 8 & 255, 2.2) + 0.0722 * pow(rgb & 255, 2.2);
}

static __u32 rgb_of_256(unsigned int number)
{
	static const __u32 steps[] = {0, 95, 135, 175, 215, 255};

	assert_in_range(number, 16, 231);
	number -= 16;
	return steps[number / 36] << 16 | steps[number / 6 % 6] << 8 |
	       steps[number % 6];
}

static void test_palette(void **state)
{
	(void)state;
	for (unsigned int i = 1; i <= 64; i++)
		assert_true(lightness(palette_rgb(i, 64)) >
			    lightness(palette_rgb(i - 1, 64)));
	assert_int_equal(palette_rgb(64, 64), 0xfde725);
	assert_int_equal(palette_rgb(1, 1), 0x440154);
	for (unsigned int i = 1; i <= 12; i++)
		assert_true(lightness(rgb_of_256(palette_of_256(i, 12))) >
			    lightness(rgb_of_256(palette_of_256(i - 1, 12))));
	assert_int_equal(palette_of_256(32, 32), 226);
}

static void expect_step(double all_s, unsigned int most, double s,
			const char *unit)
{
	struct time_step step = time_step_for(all_s, most);

	assert_true(step.s == s);
	assert_string_equal(step.unit, unit);
}

static void test_times(void **state)
{
	(void)state;
	expect_step(0.05, 4, 0.1, "ms");
	expect_step(60, 6, 10, "s");
	expect_step(61, 6, 20, "s");
	expect_step(181, 6, 60, "min");
	expect_step(86400, 12, 7200, "h");
	expect_step(365 * 86400.0, 1, 448 * 86400.0, "d");
}

/* A map with a diagonal: in each column, one row has I/O. */
static struct heatmap make(__u32 n_bands, __u32 n_intervals, __u32 columns,
			   __u32 rows)
{
	struct heatmap map = {.start_ns = 1000 * S,
			      .end_ns = (1000 + n_intervals) * S,
			      .n_intervals = n_intervals};
	__u32 n_rows = 0;

	for (__u32 i = 0; i < n_bands; i++) {
		struct heatmap_band band =
			heatmap_band_fit((100 + i) * MIB, rows / n_bands);

		band.name = i ? "/srv/a<b/wide \u00e4\u00f6\u00fc" : "/srv/db";
		band.first_row = n_rows;
		n_rows += band.n_rows;
		map.bands[map.n_bands++] = band;
	}
	assert_int_equal(heatmap_grid_make(&map.grid, map.start_ns, map.end_ns,
					   n_intervals, columns, n_rows),
			 0);
	for (__u32 i = 0; i < map.grid.n_columns; i++)
		map.grid.ios[i % n_rows * map.grid.n_columns + i] = 1 + i;
	map.scale = heatmap_scale(&map.grid);
	return map;
}

static char *print(__u32 n_bands, __u32 n_intervals,
		   const struct heatmap_screen *screen)
{
	struct heatmap map = make(n_bands, n_intervals,
				  heatmap_text_columns(screen, n_bands),
				  heatmap_text_rows(screen, n_bands));
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	heatmap_text_print(out, &map, "/srv/db: I/Os by offset and time",
			   screen);
	fclose(out);
	heatmap_free(&map);
	return text;
}

/* Removes the colours. */
static void strip(char *text)
{
	char *to = text;

	while (*text) {
		if (*text == '\033')
			text = strchr(text, 'm') + 1;
		else
			*to++ = *text++;
	}
	*to = '\0';
}

/* It fits into the screen, and says what the axes and the cells are. */
static void check_screen(__u32 n_bands, __u32 n_intervals,
			 const struct heatmap_screen *screen)
{
	char *text = print(n_bands, n_intervals, screen), *rest = text, *line;
	int n = 0;

	if (!screen->colors)
		assert_null(strchr(text, '\033'));
	strip(text);
	assert_non_null(strstr(text, " I/Os/s in a cell, log scale\n"));
	assert_non_null(strstr(text, "0 s is 1970-01-01T00:16:40"));
	assert_non_null(strstr(text, "one cell: "));
	assert_non_null(strstr(text, " 0 "));
	while ((line = strsep(&rest, "\n"))) {
		assert_in_range(text_width(line), 0, screen->n_columns);
		n += *line != '\0';
	}
	assert_in_range(n, 8, screen->n_lines - 1);
	free(text);
}

static void test_screens(void **state)
{
	static const int sizes[][2] = {{60, 15}, {80, 24}, {200, 50}};
	static const int colors[] = {0, 8, 256, TERM_COLORS_RGB};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (size_t k = 0; k < ARRAY_SIZE(colors); k++)
			for (__u32 n = 1; n < 2000; n *= 3) {
				struct heatmap_screen screen = {sizes[i][0],
								sizes[i][1],
								colors[k],
								k % 2};
				__u32 bands = heatmap_text_bands(&screen);

				check_screen(1, n, &screen);
				check_screen(bands < 3 ? bands : 3, n, &screen);
				check_screen(bands, n, &screen);
			}
}

static void test_text(void **state)
{
	const struct heatmap_screen screen = {34, 12, 0, false};
	char *text = print(1, 6, &screen);

	(void)state;
	if (text_is_utf8())
		skip();
	assert_string_equal(
		text,
		"/srv/db: I/Os by offset and time\n"
		"      0 +....                    \n"
		"        |    ====                \n"
		"        |        ****            \n"
		"  51.0M |            ####        \n"
		"        |                %%%%    \n"
		"        |                    @@@@\n"
		"        ++-------------------+---\n"
		"         0 s                 5 s\n"
		".:-=+*#%@ 1.00 to 6.00 I/Os/s in a cell, log scale\n"
		"one cell: 1 s x 17.0M; 0 s is 1970-01-01T00:16:40.000Z\n");
	free(text);
}

static void test_svg(void **state)
{
	(void)state;
	for (__u32 bands = 1; bands <= HEATMAP_SVG_BANDS; bands++)
		for (__u32 n = 1; n < 2000; n *= 7) {
			struct heatmap map = make(bands, n, HEATMAP_SVG_COLUMNS,
						  HEATMAP_SVG_ROWS);
			char *text;
			size_t len;
			FILE *out = open_memstream(&text, &len);

			assert_non_null(out);
			heatmap_svg(out, &map, "a<b & \n");
			fclose(out);
			assert_non_null(strstr(text, ">a&lt;b &amp; ?</text>"));
			assert_non_null(strstr(text, "</svg>\n"));
			assert_non_null(strstr(text, "#fde725"));
			assert_non_null(strstr(text, bands == 1
							     ? "offset in bytes"
							     : "/srv/a&lt;b/"));
			assert_null(strstr(text, "nan"));
			assert_null(strstr(text, "inf"));
			free(text);
			heatmap_free(&map);
		}
}

/* Ranges 5 and 6 of a file, of which the first lies in two places, and the
 * second continues it; and another file.
 */
static struct heat_piece pieces[] = {
	{7, 1, 5 * MIB, 8 * MIB, 3 * MIB / 4, 0.75},
	{7, 1, 5 * MIB + 3 * MIB / 4, 40 * MIB, MIB / 4, 0.25},
	{7, 1, 6 * MIB, 40 * MIB + MIB / 4, MIB, 1},
	{9, 1, 6 * MIB, 60 * MIB, MIB / 8, 1},
};
static struct tier_extent tier_extents[] = {{0, 20 * MIB, 0},
					    {20 * MIB, 44 * MIB, 1}};
static const struct tiers two_tiers = {
	.tiers = {{.shown = "fa<st"}, {.shown = "slow"}},
	.n = 2,
	.extents = tier_extents,
	.n_extents = 2,
};

static void test_disk(void **state)
{
	struct heatmap_disk disk = {.pieces = {pieces, 4}, .tiers = two_tiers};
	struct heatmap_band band = heatmap_band_fit(64 * MIB, 8);
	struct heat_range range = {7, 1, 5, 8};
	struct heatmap_grid grid;

	(void)state;
	assert_int_equal(heatmap_grid_make(&grid, 0, S, 1, 1, 8), 0);
	assert_true(heatmap_disk_add(&disk, &grid, &band, &range, 0, S) == 8);
	assert_true(grid.ios[1] == 6 && grid.ios[5] == 2);
	range.gen = 0; /* another file */
	assert_true(heatmap_disk_add(&disk, &grid, &band, &range, 0, S) == 0);
	range = (struct heat_range){9, 1, 6, 4};
	assert_true(heatmap_disk_add(&disk, &grid, &band, &range, 0, S) == 4);
	assert_true(grid.ios[7] == 4);

	assert_int_equal(heatmap_disk_rows(&disk, &band), 0);
	assert_int_equal(disk.rows[0].tiers, 1);
	assert_int_equal(disk.rows[2].tiers, 3);
	assert_int_equal(disk.rows[3].tiers, 2);
	assert_int_equal(disk.rows[0].n_pieces, 0);
	assert_int_equal(disk.rows[1].n_pieces, 1);
	assert_int_equal(disk.rows[5].n_pieces, 1); /* the third continues */
	assert_true(disk.rows[5].bytes == MIB + MIB / 4);
	assert_int_equal(heatmap_disk_level(&disk.rows[0]), 0);
	assert_int_equal(heatmap_disk_level(&disk.rows[5]), 1);
	assert_int_equal(heatmap_disk_level(&disk.rows[1]), 2); /* 1 in 3/4 */
	assert_int_equal(heatmap_disk_level(&disk.rows[7]), 3); /* 1 in 1/8 */
	assert_int_equal(heatmap_disk_level(&(struct heatmap_disk_row){
				 .bytes = MIB, .n_pieces = 17}),
			 4);
	free(disk.rows);
	free(grid.ios);
}

/* Both drawings of a disk name its tiers, and fit. */
static void test_disk_drawings(void **state)
{
	const struct heatmap_screen screen = {60, 15, 0, true};
	struct heatmap map = make(1, 51, heatmap_text_columns(&screen, 1),
				  heatmap_text_rows(&screen, 1));
	char *text, *rest, *line;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int n = 0;

	(void)state;
	assert_non_null(out);
	map.has_disk = true;
	map.disk = (struct heatmap_disk){.pieces = {pieces, 4},
					 .tiers = two_tiers};
	assert_int_equal(heatmap_disk_rows(&map.disk, &map.bands[0]), 0);
	heatmap_text_print(out, &map, "/srv", &screen);
	fflush(out);
	for (rest = text; (line = strsep(&rest, "\n")); n += *line != '\0') {
		assert_in_range(text_width(line), 0, 60);
		if (n == 1) /* 13 MiB a row, so the first piece is here */
			assert_string_equal(line + strlen(line) - 3, " 0:");
		if (n == 2)
			assert_string_equal(line + strlen(line) - 3, " * ");
	}
	assert_int_equal(n, 14);
	rewind(out);
	heatmap_svg(out, &map, "/srv");
	fclose(out);
	assert_non_null(strstr(text, ">fa&lt;st</text>"));
	assert_non_null(strstr(text, ">slow</text>"));
	assert_non_null(strstr(text, "stroke-dasharray"));
	assert_non_null(strstr(text, "pieces per MiB"));
	free(text);
	free(map.disk.rows);
	free(map.grid.ios);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_band),
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_palette),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_svg),
		cmocka_unit_test(test_disk),
		cmocka_unit_test(test_disk_drawings),
	};
	/* the lines are other characters there */
	const struct CMUnitTest in_c[] = {cmocka_unit_test(test_text),
					  cmocka_unit_test(test_screens)};
	int failed;

	setlocale(LC_CTYPE, "C.UTF-8");
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	setlocale(LC_CTYPE, "C");
	return failed + cmocka_run_group_tests(in_c, NULL, NULL);
}
