// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/live.h"

#include <stdlib.h>
#include <string.h>
#include <ncurses.h>

#include "heat/summary.h"
#include "ui/screen.h"

#define HEADER_LINES   2 /* title, column heads */
#define MIN_INTERVAL_S 0.1
#define MAX_INTERVAL_S 3600.0

#define STYLE_TITLE 8 /* color pairs 1..3: glow */

static enum hot_live_change key_quit(struct hot_live *live)
{
	live->quit = true;
	return HOT_LIVE_NOTHING;
}

static enum hot_live_change key_help(struct hot_live *live)
{
	live->help = !live->help;
	return HOT_LIVE_REDRAW;
}

static enum hot_live_change key_pause(struct hot_live *live)
{
	live->paused = !live->paused;
	return HOT_LIVE_REDRAW;
}

static enum hot_live_change key_view(struct hot_live *live)
{
	live->view =
		live->view == HOT_VIEW_FILES ? HOT_VIEW_RANGES : HOT_VIEW_FILES;
	live->scroll = 0;
	return HOT_LIVE_RESAMPLE;
}

static enum hot_live_change key_sort(struct hot_live *live)
{
	live->sort.key = (live->sort.key + 1) % HOT_NR_SORT_KEYS;
	return HOT_LIVE_RESAMPLE;
}

static enum hot_live_change key_reverse(struct hot_live *live)
{
	live->sort.ascending = !live->sort.ascending;
	return HOT_LIVE_RESAMPLE;
}

static enum hot_live_change key_slower(struct hot_live *live)
{
	if (live->interval_s * 2 <= MAX_INTERVAL_S)
		live->interval_s *= 2;
	return HOT_LIVE_REDRAW;
}

static enum hot_live_change key_faster(struct hot_live *live)
{
	if (live->interval_s / 2 >= MIN_INTERVAL_S)
		live->interval_s /= 2;
	return HOT_LIVE_REDRAW;
}

static enum hot_live_change key_bytes(struct hot_live *live)
{
	live->exact = !live->exact;
	return HOT_LIVE_REDRAW;
}

static enum hot_live_change key_down(struct hot_live *live)
{
	live->scroll++;
	return HOT_LIVE_RESAMPLE;
}

static enum hot_live_change key_up(struct hot_live *live)
{
	if (live->scroll)
		live->scroll--;
	return HOT_LIVE_RESAMPLE;
}

static enum hot_live_change key_page_down(struct hot_live *live)
{
	live->scroll += hot_live_n_rows();
	return HOT_LIVE_RESAMPLE;
}

static enum hot_live_change key_page_up(struct hot_live *live)
{
	__u32 page = hot_live_n_rows();

	live->scroll = live->scroll > page ? live->scroll - page : 0;
	return HOT_LIVE_RESAMPLE;
}

static enum hot_live_change key_top(struct hot_live *live)
{
	live->scroll = 0;
	return HOT_LIVE_RESAMPLE;
}

static enum hot_live_change key_resize(struct hot_live *live)
{
	(void)live;
	return HOT_LIVE_RESAMPLE;
}

/* Dispatch and help screen in one; help NULL: the same as the row above. */
static const struct {
	int key;
	const char *name;
	const char *help;
	enum hot_live_change (*act)(struct hot_live *live);
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
		 live->sort.ascending ? ", lowest first" : "", live->interval_s,
		 live->paused ? ", PAUSED" : "");
	screen_put(0, 0, text, COLS);
	attrset(A_NORMAL);
}

static void draw_heads(const struct hot_live *live)
{
	int x = 0;

	attrset(A_REVERSE);
	mvhline(1, 0, ' ', COLS);
	for (int i = 0; i < HOT_N_COLUMNS; i++) {
		const struct hot_column *column = &hot_columns[i];
		int width = column->width;

		if (!hot_column_shown(column, live->view))
			continue;
		mvprintw(1, x, column->is_text ? "%-*s" : "%*s", width,
			 column->title);
		x += width + 1;
	}
	attrset(A_NORMAL);
}

static void draw_row(const struct hot_live *live, struct hot_monitor *monitor,
		     const struct hot_row *row, int y, double hottest)
{
	int glow = live->color ? hot_row_glow(row, hottest) : 0, x = 0;
	char cell[FMT_LEN], label[PATH_LABEL_LEN], padded[PATH_LABEL_LEN];
	struct path_result file;

	attrset(glow ? COLOR_PAIR(glow) : A_NORMAL);
	for (int i = 0; i < HOT_N_COLUMNS; i++) {
		const struct hot_column *column = &hot_columns[i];
		const char *text;

		if (!hot_column_shown(column, live->view) || x >= COLS)
			continue;
		if (column->cell) {
			text = column->cell(cell, row, live->exact);
		} else {
			hot_monitor_path(monitor, row, &file);
			path_label(&file, row->ino, row->dev, row->gen, label,
				   sizeof(label));
			text = label;
		}
		snprintf(padded, sizeof(padded),
			 column->is_text ? "%-*s" : "%*s", column->width, text);
		/* what is padded is ASCII */
		x = 1 + screen_put(y, x, padded, COLS);
	}
	attrset(A_NORMAL);
}

static void draw_table(const struct hot_live *live, struct hot_monitor *monitor,
		       const struct hot_rows *rows)
{
	__u32 n_fit = hot_live_n_rows();
	double hottest = 0;

	for (__u32 i = 0; i < rows->n_rows; i++)
		if (rows->rows[i].temperature > hottest)
			hottest = rows->rows[i].temperature;
	for (__u32 i = 0; i < n_fit && live->scroll + i < rows->n_rows; i++)
		draw_row(live, monitor, &rows->rows[live->scroll + i],
			 HEADER_LINES + i, hottest);
}

static void draw_help(void)
{
	int y = HEADER_LINES;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].name)
			mvprintw(y++, 2, "%-8s %s", keys[i].name, keys[i].help);
}

/* Over the end of the last line, so that it is seen on a narrow screen, too. */
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

static const struct hot_rows *shown_rows(const struct hot_live *live,
					 const struct hot_frame *frame)
{
	return live->view == HOT_VIEW_FILES ? &frame->ranking.files
					    : &frame->ranking.ranges;
}

void hot_live_keep_in_view(struct hot_live *live, const struct hot_frame *frame)
{
	__u32 n_rows = shown_rows(live, frame)->n_rows;

	if (live->scroll >= n_rows)
		live->scroll = n_rows ? n_rows - 1 : 0;
}

void hot_live_draw(const struct hot_live *live, struct hot_monitor *monitor,
		   const struct hot_frame *frame)
{
	char lines[HOT_SUMMARY_LINES][HOT_SUMMARY_LEN];
	const struct hot_rows *rows = shown_rows(live, frame);

	erase();
	if (COLS < SCREEN_MIN_COLUMNS || LINES < SCREEN_MIN_LINES) {
		mvprintw(0, 0, "hotmon needs %dx%d", SCREEN_MIN_COLUMNS,
			 SCREEN_MIN_LINES);
		refresh();
		return;
	}
	draw_title(live, frame, rows);
	draw_heads(live);
	if (live->help)
		draw_help();
	else
		draw_table(live, monitor, rows);
	hot_summary(lines, frame, live->exact);
	for (int i = 0; i < HOT_SUMMARY_LINES; i++)
		screen_put(LINES - HOT_SUMMARY_LINES + i, 0, lines[i], COLS);
	draw_naming(frame);
	refresh();
}

enum hot_live_change hot_live_keys(struct hot_live *live)
{
	enum hot_live_change change = HOT_LIVE_NOTHING, one;
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
