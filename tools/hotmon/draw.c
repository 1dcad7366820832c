// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/draw.h"

#include <stdlib.h>
#include <string.h>
#include <ncurses.h>

#include "base/text_width.h"
#include "heat/summary.h"
#include "heat/text.h"
#include "hotmon/bar.h"
#include "hotmon/device_lines.h"
#include "hotmon/keys.h"
#include "hotmon/layout.h"
#include "hotmon/menus.h"
#include "hotmon/page_draw.h"
#include "ui/screen.h"

#define STATUS_LEN  (4 * HOT_LIVE_FILTER_LEN + MENU_ITEM_LEN + 96)
#define STYLE_TITLE 8 /* pairs 1 to 3 are for hot_row_glow() */

void hot_draw_init_colors(struct hot_live *live)
{
	live->color = live->color && has_colors();
	if (!live->color)
		return;
	start_color();
	use_default_colors();
	init_pair(1, COLOR_GREEN, -1);
	init_pair(2, COLOR_YELLOW, -1);
	init_pair(3, COLOR_RED, -1);
	init_pair(STYLE_TITLE, COLOR_CYAN, -1);
}

/* Processes and cgroups have no temperature: by that they are sorted by rate. */
static enum hot_sort_key sort_key(const struct hot_live *live)
{
	bool has_temperature = !hot_view_is_group(live->view) ||
			       hot_view_is_roll_up(live->view);

	return live->sort.key == HOT_BY_TEMPERATURE && !has_temperature
		       ? HOT_BY_RATE
		       : live->sort.key;
}

/* What hot_view_names calls several. */
static const char *const singular[HOT_NR_VIEWS] = {
	[HOT_VIEW_FILES] = "file",	  [HOT_VIEW_RANGES] = "range",
	[HOT_VIEW_PATHS] = "path",	  [HOT_VIEW_DIRECTORIES] = "directory",
	[HOT_VIEW_PROCESSES] = "process", [HOT_VIEW_CGROUPS] = "cgroup",
};

/* What the view shows, and in which order. */
static void write_view(char text[80], const struct hot_live *live,
		       const struct hot_rows *rows)
{
	__u32 n = rows->n_total - rows->n_metadata;

	if (live->devices)
		snprintf(text, 80, "devices");
	else
		snprintf(text, 80, "%u %s by %s%s", n,
			 n == 1 ? singular[live->view]
				: hot_view_names[live->view],
			 hot_sort_names[sort_key(live)][0],
			 live->sort.ascending ? ", lowest first" : "");
}

/* How often there is a frame, or how fast the recording is played. */
static void write_pace(char text[40], const struct hot_live *live)
{
	if (!live->play)
		snprintf(text, 40, "every %.1f s", live->pace.interval_s);
	else if (live->play->is_at_end)
		snprintf(text, 40, "END of the recording");
	else
		snprintf(text, 40, "recording, %gx as fast", live->play->speed);
}

static void draw_title(const struct hot_live *live,
		       const struct hot_frame *frame,
		       const struct hot_rows *rows)
{
	char ts[FMT_LEN], view[80], pace[40], text[200];

	attrset(live->color ? COLOR_PAIR(STYLE_TITLE) | A_BOLD : A_BOLD);
	write_view(view, live, rows);
	write_pace(pace, live);
	snprintf(text, sizeof(text), "hotmon  %.*s  %s%s, %s  (h: help)",
		 live->play ? 19 : 8,
		 fmt_rfc3339(ts, frame->wall_ns) + (live->play ? 0 : 11),
		 live->pace.paused ? "PAUSED  " : "", view, pace);
	screen_put(0, 0, text, COLS);
	attrset(A_NORMAL);
}

static void draw_heads(const char *titles)
{
	attrset(A_REVERSE);
	mvhline(HOT_LAYOUT_HEADS, 0, ' ', COLS);
	screen_put(HOT_LAYOUT_HEADS, 0, titles, COLS);
	attrset(A_NORMAL);
}

/* Colours only the temperature, so that colours are no wall, and the line of
 * the cursor can have another background.
 */
static void draw_row(int y, const char *line, int end, int glow,
		     bool has_cursor)
{
	screen_put(y, 0, line, COLS);
	if (has_cursor)
		mvchgat(y, 0, -1, A_REVERSE, 0, NULL);
	if (glow)
		mvchgat(y, 0, end, has_cursor ? A_REVERSE : A_NORMAL,
			(short)glow, NULL);
}

static void draw_rows(const struct hot_live *live, const struct table *table,
		      const struct hot_rows *rows)
{
	double hottest = hot_rows_hottest(rows);

	for (size_t i = 0; i < table_n_rows(table); i++) {
		__u32 at = live->rows.first + i;
		int glow = live->color ? hot_row_glow(&rows->rows[at], hottest)
				       : 0;

		draw_row(HOT_LAYOUT_ROWS + i, table_line(table, i),
			 table_column_end(table, 0), glow, at == live->rows.at);
	}
}

static void note_columns(struct hot_live *live, const struct table *table)
{
	size_t n = 0;

	for (int i = 0; i < HOT_N_COLUMNS; i++)
		live->column_ends[i] =
			hot_column_shown(&hot_columns[i], live->view,
					 live->latency)
				? table_column_end(table, n++)
				: 0;
}

/* Draws the table. If there is no memory, the frame has none. */
static void draw_table(struct hot_live *live, const struct hot_rows *rows)
{
	struct hot_table_style style = {
		.view = live->view,
		.exact = live->exact,
		.live = true,
		.latency = live->latency,
		.sort = live->sort,
		.n_columns = COLS,
		.shift = live->shift,
	};
	struct table *table;

	if (hot_table_make(rows, live->rows.first, hot_layout().n_rows, &style,
			   &table))
		return;
	live->shift = style.shift;
	note_columns(live, table);
	draw_heads(table_titles(table));
	draw_rows(live, table, rows);
	table_free(table);
}

/* The same for the devices. No click sorts them. */
static void draw_devices(struct hot_live *live)
{
	__u32 first = live->rows.first + 1, n = hot_layout().n_rows;
	struct device_text_style style = {
		.exact = live->exact,
		.live = true,
		.n_columns = COLS,
		.shift = live->shift,
	};
	struct device_lines lines;

	memset(live->column_ends, 0, sizeof(live->column_ends));
	if (device_lines_make(live->device_frame, &style, &lines))
		return;
	live->shift = style.shift;
	draw_heads(lines.lines[0]);
	for (__u32 i = 0; i < n && first + i < lines.n; i++)
		draw_row(HOT_LAYOUT_ROWS + (int)i, lines.lines[first + i], 0, 0,
			 live->rows.first + i == live->rows.at);
	device_lines_free(&lines);
}

static void draw_help(const struct hot_live *live)
{
	__u32 line = 0, n_lines = hot_layout().n_rows;

	draw_heads(" KEY       MEANING");
	for (size_t i = 0; i < hot_n_keys; i++) {
		if (!hot_keys[i].name)
			continue;
		if (line >= live->help.first &&
		    line - live->help.first < n_lines)
			mvprintw(HOT_LAYOUT_ROWS +
					 (int)(line - live->help.first),
				 2, "%-8s %s", hot_keys[i].name,
				 hot_keys[i].help);
		line++;
	}
}

/* Writes which lines of a list are on the screen. */
static int write_lines(char text[STATUS_LEN], const char *what, __u32 first,
		       __u32 n)
{
	__u32 end = first + hot_layout().n_rows;

	if (!n)
		return snprintf(text, STATUS_LEN, "no %s", what);
	return snprintf(text, STATUS_LEN, "%s %u-%u of %u", what, first + 1,
			end < n ? end : n, n);
}

static void write_status(char text[STATUS_LEN], const struct hot_live *live,
			 const struct hot_frame *frame)
{
	char filter[4 * HOT_LIVE_FILTER_LEN];
	int len;

	path_escape(live->filter, filter, sizeof(filter));
	if (live->mode == HOT_LIVE_FILTER) {
		snprintf(text, STATUS_LEN, "filter: %s_", filter);
		return;
	}
	if (hot_menu_is_open(live)) {
		len = write_lines(text, "lines", live->menu.cursor.first,
				  live->menu.n_items);
		snprintf(text + len, STATUS_LEN - len,
			 ", Enter: choose, Esc: back");
		return;
	}
	if (live->mode == HOT_LIVE_HELP) {
		write_lines(text, "lines", live->help.first,
			    hot_keys_n_named());
		return;
	}
	if (live->devices) {
		write_lines(text, "lines", live->rows.first, live->n_rows);
		return;
	}
	len = write_lines(text, "rows", live->rows.first, live->n_rows);
	if (frame->of_pids)
		len += snprintf(text + len, STATUS_LEN - len,
				", -p: no writeback");
	if (live->fs_dev)
		len += snprintf(text + len, STATUS_LEN - len, ", only %s",
				live->fs_name);
	if (filter[0] && len < STATUS_LEN)
		snprintf(text + len, STATUS_LEN - len,
			 ", filter \"%s\" (Esc: clear)", filter);
}

/* Puts the scale of the colours at the right end of the line, as far as there
 * is room for it.
 */
static void draw_scale(int y, int x, double hottest)
{
	static const char *const formats[] = {NULL, "green >= %s",
					      "yellow >= %s, ", "red >= %s, "};
	char title[64], steps[4][64], least[FMT_LEN];
	int title_width =
		snprintf(title, sizeof(title),
			 "hottest %s: ", fmt_temperature(least, hottest));
	int width = 0, room = COLS - x - 2;

	for (int glow = 3; glow; glow--)
		width += snprintf(
			steps[glow], sizeof(steps[glow]), formats[glow],
			fmt_temperature(least, hot_glow_least(glow, hottest)));
	if (width > room)
		return;
	if (title_width + width <= room)
		screen_put(y, COLS - width - title_width, title, COLS);
	x = COLS - width;
	for (int glow = 3; glow; glow--) {
		attrset(COLOR_PAIR(glow));
		x = screen_put(y, x, steps[glow], COLS);
	}
	attrset(A_NORMAL);
}

static void draw_status(const struct hot_live *live,
			const struct hot_frame *frame,
			const struct hot_rows *rows)
{
	double hottest = hot_rows_hottest(rows);
	int y = hot_layout().status, x;
	char text[STATUS_LEN];

	write_status(text, live, frame);
	attrset(A_BOLD);
	x = screen_put(y, 0, text, COLS);
	attrset(A_NORMAL);
	if (live->color && hottest > 0 && live->mode != HOT_LIVE_HELP &&
	    !live->devices)
		draw_scale(y, x, hottest);
}

static void draw_summary(const struct hot_live *live,
			 const struct hot_frame *frame)
{
	char lines[HOT_SUMMARY_LINES][HOT_SUMMARY_LEN];
	int y = hot_layout().summary;

	hot_summary(lines, frame, live->exact);
	for (int i = 0; i < HOT_SUMMARY_LINES; i++)
		screen_put(y + i, 0, lines[i], COLS);
}

/* Shows the progress of the search for paths. It overwrites the end of the last
 * line of the summary, so a narrow screen has it, too.
 */
static void draw_naming(const struct hot_frame *frame)
{
	char text[FMT_LEN];
	int len;

	if (frame->naming_percent < 0)
		return;
	len = snprintf(text, sizeof(text), "  naming files: %d %%",
		       frame->naming_percent);
	mvaddstr(hot_layout().summary + HOT_SUMMARY_LINES - 1, COLS - len,
		 text);
}

void hot_live_draw(struct hot_live *live, const struct hot_frame *frame)
{
	const struct hot_rows *rows = hot_view_rows(frame, live->view);
	const struct hot_layout layout = hot_layout();

	erase();
	if (COLS < SCREEN_MIN_COLUMNS || LINES < SCREEN_MIN_LINES) {
		mvprintw(0, 0, "hotmon needs %dx%d", SCREEN_MIN_COLUMNS,
			 SCREEN_MIN_LINES);
		refresh();
		return;
	}
	if (live->mode == HOT_LIVE_PAGE) {
		hot_page_draw(live, frame);
		if (layout.bar >= 0)
			hot_bar_draw(layout.bar);
		refresh();
		return;
	}
	draw_title(live, frame, rows);
	if (live->mode == HOT_LIVE_HELP)
		draw_help(live);
	else if (live->devices)
		draw_devices(live);
	else
		draw_table(live, rows);
	if (hot_menu_is_open(live))
		menu_draw(&live->menu, HOT_LAYOUT_HEADS, layout.n_rows);
	draw_status(live, frame, rows);
	draw_summary(live, frame);
	draw_naming(frame);
	if (layout.bar >= 0)
		hot_bar_draw(layout.bar);
	refresh();
}
