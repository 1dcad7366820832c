// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/live.h"

#include <stdlib.h>
#include <string.h>
#include <ncurses.h>

#include "heat/summary.h"
#include "heat/text.h"
#include "ui/screen.h"

#define HEADER_LINES 2 /* title, column heads */
#define STYLE_TITLE  8 /* pairs 1 to 3 are for hot_row_glow() */

static enum report_change key_quit(struct hot_live *live)
{
	live->pace.quit = true;
	return REPORT_QUIT;
}

static enum report_change key_help(struct hot_live *live)
{
	live->help = !live->help;
	return REPORT_REDRAW;
}

static enum report_change key_pause(struct hot_live *live)
{
	live->pace.paused = !live->pace.paused;
	return REPORT_REDRAW;
}

static enum report_change key_view(struct hot_live *live)
{
	live->view =
		live->view == HOT_VIEW_FILES ? HOT_VIEW_RANGES : HOT_VIEW_FILES;
	live->scroll = 0;
	return REPORT_RESAMPLE;
}

static enum report_change key_sort(struct hot_live *live)
{
	live->sort.key = (live->sort.key + 1) % HOT_NR_SORT_KEYS;
	return REPORT_RESAMPLE;
}

static enum report_change key_reverse(struct hot_live *live)
{
	live->sort.ascending = !live->sort.ascending;
	return REPORT_RESAMPLE;
}

static enum report_change key_slower(struct hot_live *live)
{
	report_slower(&live->pace);
	return REPORT_REDRAW;
}

static enum report_change key_faster(struct hot_live *live)
{
	report_faster(&live->pace);
	return REPORT_REDRAW;
}

static enum report_change key_bytes(struct hot_live *live)
{
	live->exact = !live->exact;
	return REPORT_REDRAW;
}

static enum report_change key_down(struct hot_live *live)
{
	live->scroll++;
	return REPORT_RESAMPLE;
}

static enum report_change key_up(struct hot_live *live)
{
	if (live->scroll)
		live->scroll--;
	return REPORT_RESAMPLE;
}

static enum report_change key_page_down(struct hot_live *live)
{
	live->scroll += hot_live_n_rows();
	return REPORT_RESAMPLE;
}

static enum report_change key_page_up(struct hot_live *live)
{
	__u32 page = hot_live_n_rows();

	live->scroll = live->scroll > page ? live->scroll - page : 0;
	return REPORT_RESAMPLE;
}

static enum report_change key_top(struct hot_live *live)
{
	live->scroll = 0;
	return REPORT_RESAMPLE;
}

static enum report_change key_resize(struct hot_live *live)
{
	(void)live;
	return REPORT_RESAMPLE;
}

/* All keys, for dispatch and for the help screen. A row without name and help
 * is another key for the row above it.
 */
static const struct {
	int key;
	const char *name;
	const char *help;
	enum report_change (*act)(struct hot_live *live);
} keys[] = {
	{'q', "q", "quit", key_quit},
	{'h', "h ? F1", "this help, on and off", key_help},
	{'?', NULL, NULL, key_help},
	{KEY_F(1), NULL, NULL, key_help},
	{' ', "space", "pause and go on", key_pause},
	{'\t', "Tab", "files or 1-MiB ranges", key_view},
	{'s', "s", "sort by the next key", key_sort},
	{'r', "r", "reverse the order", key_reverse},
	{'+', "+", "longer interval", key_slower},
	{'-', "-", "shorter interval", key_faster},
	{'b', "b", "exact numbers, on and off", key_bytes},
	{KEY_DOWN, "down j", "scroll down", key_down},
	{'j', NULL, NULL, key_down},
	{KEY_UP, "up k", "scroll up", key_up},
	{'k', NULL, NULL, key_up},
	{KEY_NPAGE, "PgDn", "a screen down", key_page_down},
	{KEY_PPAGE, "PgUp", "a screen up", key_page_up},
	{KEY_HOME, "Home", "to the top", key_top},
	{KEY_RESIZE, NULL, NULL, key_resize},
};

static void init_colors(struct hot_live *live)
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

bool hot_live_start(struct hot_live *live)
{
	if (!screen_start())
		return false;
	init_colors(live);
	return true;
}

void hot_live_stop(void)
{
	screen_stop();
}

__u32 hot_live_n_rows(void)
{
	int rows = LINES - HEADER_LINES - HOT_SUMMARY_LINES;

	return rows > 1 ? rows : 1;
}

static void draw_title(const struct hot_live *live,
		       const struct hot_frame *frame,
		       const struct hot_rows *rows)
{
	char ts[FMT_LEN], text[160];

	attrset(live->color ? COLOR_PAIR(STYLE_TITLE) | A_BOLD : A_BOLD);
	snprintf(text, sizeof(text),
		 "hotmon  %.8s  %u %s by %s%s, every %.1f s%s  (h: help)",
		 fmt_rfc3339(ts, frame->wall_ns) + 11, rows->n_total,
		 live->view == HOT_VIEW_FILES ? "files" : "ranges",
		 hot_sort_names[live->sort.key][0],
		 live->sort.ascending ? ", lowest first" : "",
		 live->pace.interval_s, live->pace.paused ? ", PAUSED" : "");
	screen_put(0, 0, text, COLS);
	attrset(A_NORMAL);
}

static void draw_heads(const char *titles)
{
	attrset(A_REVERSE);
	mvhline(1, 0, ' ', COLS);
	screen_put(1, 0, titles, COLS);
	attrset(A_NORMAL);
}

static void draw_lines(const struct hot_live *live, const struct table *table,
		       const struct hot_rows *rows)
{
	double hottest = hot_rows_hottest(rows);

	for (size_t i = 0; i < table_n_rows(table); i++) {
		const struct hot_row *row = &rows->rows[live->scroll + i];
		int glow = live->color ? hot_row_glow(row, hottest) : 0;

		attrset(glow ? COLOR_PAIR(glow) : A_NORMAL);
		screen_put(HEADER_LINES + i, 0, table_line(table, i), COLS);
	}
	attrset(A_NORMAL);
}

/* Draws the table. If there is no memory, the frame has none. */
static void draw_table(const struct hot_live *live, const struct hot_rows *rows)
{
	struct hot_table_style style = {
		.view = live->view,
		.exact = live->exact,
		.live = true,
		.sort = live->sort,
		.n_columns = COLS,
	};
	struct table *table;

	if (hot_table_make(rows, live->scroll,
			   live->help ? 0 : hot_live_n_rows(), &style, &table))
		return;
	draw_heads(table_titles(table));
	draw_lines(live, table, rows);
	table_free(table);
}

static void draw_help(void)
{
	int y = HEADER_LINES;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].name)
			mvprintw(y++, 2, "%-8s %s", keys[i].name, keys[i].help);
}

/* Shows the progress of the search for paths. It overwrites the end of the last
 * line, so a narrow screen has it, too.
 */
static void draw_naming(const struct hot_frame *frame)
{
	char text[FMT_LEN];
	int len;

	if (frame->naming_percent < 0)
		return;
	len = snprintf(text, sizeof(text), "  naming files: %d %%",
		       frame->naming_percent);
	mvaddstr(LINES - 1, COLS - len, text);
}

void hot_live_keep_in_view(struct hot_live *live, const struct hot_frame *frame)
{
	__u32 n_rows = hot_view_rows(frame, live->view)->n_rows;

	if (live->scroll >= n_rows)
		live->scroll = n_rows ? n_rows - 1 : 0;
}

void hot_live_draw(const struct hot_live *live, const struct hot_frame *frame)
{
	char lines[HOT_SUMMARY_LINES][HOT_SUMMARY_LEN];
	const struct hot_rows *rows = hot_view_rows(frame, live->view);

	erase();
	if (COLS < SCREEN_MIN_COLUMNS || LINES < SCREEN_MIN_LINES) {
		mvprintw(0, 0, "hotmon needs %dx%d", SCREEN_MIN_COLUMNS,
			 SCREEN_MIN_LINES);
		refresh();
		return;
	}
	draw_title(live, frame, rows);
	draw_table(live, rows);
	if (live->help)
		draw_help();
	hot_summary(lines, frame, live->exact);
	for (int i = 0; i < HOT_SUMMARY_LINES; i++)
		screen_put(LINES - HOT_SUMMARY_LINES + i, 0, lines[i], COLS);
	draw_naming(frame);
	refresh();
}

enum report_change hot_live_keys(struct hot_live *live)
{
	enum report_change change = REPORT_SAME, one;
	int key;

	while ((key = getch()) != ERR) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			if (keys[i].key != key)
				continue;
			one = keys[i].act(live);
			change = one > change ? one : change;
		}
	}
	return change;
}
