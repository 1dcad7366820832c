// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/keys.h"

#include <limits.h>
#include <ncurses.h>

#include "heat/text.h"
#include "hotmon/layout.h"
#include "hotmon/menus.h"
#include "hotmon/mouse.h"
#include "hotmon/page_draw.h"
#include "hotmon/tree.h"
#include "ui/text_field.h"

#define SHIFT_COLUMNS 8 /* how far a key scrolls the paths */
#define FAR	      INT_MAX

/* The order or the choice of rows is another: begins with the first row. */
static enum report_change rank_anew(struct hot_live *live)
{
	live->rows = (struct list_cursor){0};
	hot_tree_forget_cursor(live);
	return REPORT_RESAMPLE;
}

static enum report_change leave_page(struct hot_live *live)
{
	hot_pages_back(&live->pages);
	live->mode = hot_live_base(live);
	return REPORT_REDRAW;
}

static enum report_change key_quit(struct hot_live *live)
{
	if (hot_menu_is_open(live)) {
		live->mode = HOT_LIVE_TABLE;
		return REPORT_REDRAW;
	}
	if (live->mode == HOT_LIVE_PAGE)
		return leave_page(live);
	live->pace.quit = true;
	return REPORT_QUIT;
}

static enum report_change key_help(struct hot_live *live)
{
	live->mode = live->mode == HOT_LIVE_HELP ? hot_live_base(live)
						 : HOT_LIVE_HELP;
	live->help = (struct list_cursor){0};
	return REPORT_REDRAW;
}

static enum report_change key_back(struct hot_live *live)
{
	if (live->mode == HOT_LIVE_PAGE)
		return leave_page(live);
	if (live->mode != HOT_LIVE_TABLE) {
		live->mode = hot_live_base(live);
		return REPORT_REDRAW;
	}
	if (live->devices)
		return REPORT_SAME;
	live->filter[0] = '\0';
	return rank_anew(live);
}

/* Shows the files of the filesystem on the device at the cursor. If there are
 * several, a menu of them follows.
 */
static enum report_change open_device(struct hot_live *live)
{
	const struct device_frame *frame = live->device_frame;
	const struct device_row *row;

	if (!frame || live->rows.at >= frame->n_rows)
		return REPORT_SAME;
	row = &frame->rows[live->rows.at];
	if (!row->n_mounts)
		return REPORT_SAME;
	live->devices = false;
	live->view = HOT_VIEW_FILES;
	if (row->n_mounts > 1) {
		hot_menu_open_fs(live);
		return rank_anew(live);
	}
	live->fs_dev = row->mounts[0]->dev;
	path_escape(row->mounts[0]->target, live->fs_name,
		    sizeof(live->fs_name));
	return rank_anew(live);
}

/* Opens the page of the row at the cursor; opens or closes a directory. */
static enum report_change open_row(struct hot_live *live)
{
	const struct hot_row *in_tree = hot_tree_row(live);
	const struct hot_rows *rows;

	if (in_tree && in_tree->tree->is_dir)
		return in_tree->tree->is_open ? hot_tree_close(live)
					      : hot_tree_open(live);

	if (live->devices)
		return open_device(live);
	/* the rows of another view may still be there */
	if (!live->frame ||
	    (hot_view_is_group(live->view) && live->frame->view != live->view))
		return REPORT_SAME;
	if (live->is_remote)
		return REPORT_SAME; /* it has no pages */
	rows = hot_view_rows(live->frame, live->view);
	if (live->rows.at >= rows->n_rows ||
	    !hot_pages_open(&live->pages, live->view,
			    &rows->rows[live->rows.at]))
		return REPORT_SAME;
	live->mode = HOT_LIVE_PAGE;
	return REPORT_REDRAW;
}

static enum report_change key_enter(struct hot_live *live)
{
	if (hot_menu_is_open(live))
		return hot_menu_choose(live);
	if (live->mode == HOT_LIVE_TABLE)
		return open_row(live);
	return live->mode == HOT_LIVE_PAGE && hot_pages_enter(&live->pages)
		       ? REPORT_REDRAW
		       : REPORT_SAME;
}

static enum report_change key_extents(struct hot_live *live)
{
	hot_pages_count_extents(&live->pages);
	return REPORT_REDRAW;
}

static enum report_change key_pause(struct hot_live *live)
{
	live->pace.paused = !live->pace.paused;
	return REPORT_REDRAW;
}

static enum report_change key_devices(struct hot_live *live)
{
	if (live->play || live->is_remote)
		return REPORT_SAME; /* it has none */
	live->devices = !live->devices;
	return rank_anew(live);
}

static int n_views(const struct hot_live *live)
{
	if (live->play)
		return HOT_VIEW_PROCESSES;
	return live->is_remote ? HOT_NR_VIEWS : HOT_NR_VIEWS + 1;
}

/* The devices come after the last view of files, and before the first. A
 * recording has neither them nor processes, and frspd has no devices.
 */
static enum report_change turn_view(struct hot_live *live, int by)
{
	const int n = n_views(live);
	int view = live->devices ? HOT_NR_VIEWS : (int)live->view;

	view = (view + by + n) % n;
	live->devices = view == HOT_NR_VIEWS;
	if (!live->devices)
		live->view = view;
	return rank_anew(live);
}

static enum report_change key_view(struct hot_live *live)
{
	return turn_view(live, 1);
}

static enum report_change key_view_before(struct hot_live *live)
{
	return turn_view(live, -1);
}

static enum report_change key_latency(struct hot_live *live)
{
	if (live->play || live->is_remote)
		return REPORT_SAME; /* it has none */
	live->latency = !live->latency;
	if (!live->latency && hot_sort_needs_latency(live->sort.key))
		live->sort.key = HOT_BY_TEMPERATURE;
	return rank_anew(live);
}

static enum report_change key_sort(struct hot_live *live)
{
	hot_menu_open_sort(live);
	return REPORT_REDRAW;
}

static enum report_change sort_by(struct hot_live *live, enum hot_sort_key key)
{
	hot_live_sort_by(live, key);
	return rank_anew(live);
}

static enum report_change key_sort_next(struct hot_live *live)
{
	return sort_by(live, (live->sort.key + 1) % hot_live_n_sort_keys(live));
}

static enum report_change key_sort_previous(struct hot_live *live)
{
	int n = hot_live_n_sort_keys(live);

	return sort_by(live, (live->sort.key + n - 1) % n);
}

static enum report_change key_reverse(struct hot_live *live)
{
	live->sort.ascending = !live->sort.ascending;
	return rank_anew(live);
}

static enum report_change key_filter(struct hot_live *live)
{
	live->mode = HOT_LIVE_FILTER;
	return REPORT_REDRAW;
}

static enum report_change key_filesystem(struct hot_live *live)
{
	hot_menu_open_fs(live);
	return REPORT_REDRAW;
}

/* True if keys open and close directories. */
static bool is_in_tree(const struct hot_live *live)
{
	return live->mode == HOT_LIVE_TABLE && hot_tree_is_shown(live) &&
	       live->tree;
}

static enum report_change key_slower(struct hot_live *live)
{
	if (is_in_tree(live))
		return hot_tree_open(live);
	report_slower(&live->pace);
	return REPORT_REDRAW;
}

static enum report_change key_faster(struct hot_live *live)
{
	if (is_in_tree(live))
		return hot_tree_close(live);
	report_faster(&live->pace);
	return REPORT_REDRAW;
}

static enum report_change key_play_faster(struct hot_live *live)
{
	if (!live->play)
		return REPORT_SAME;
	play_faster(live->play);
	return REPORT_REDRAW;
}

static enum report_change key_play_slower(struct hot_live *live)
{
	if (!live->play)
		return REPORT_SAME;
	play_slower(live->play);
	return REPORT_REDRAW;
}

/* An error recurs when the next frame is taken. */
static enum report_change go(struct hot_live *live, double seconds)
{
	if (!live->play)
		return REPORT_SAME;
	play_go(live->play, seconds);
	return REPORT_RESAMPLE;
}

static enum report_change key_minute_ahead(struct hot_live *live)
{
	return go(live, 60);
}

static enum report_change key_minute_back(struct hot_live *live)
{
	return go(live, -60);
}

static enum report_change key_hour_ahead(struct hot_live *live)
{
	return go(live, 3600);
}

static enum report_change key_hour_back(struct hot_live *live)
{
	return go(live, -3600);
}

static enum report_change key_bytes(struct hot_live *live)
{
	live->exact = !live->exact;
	return REPORT_REDRAW;
}

static enum report_change key_metadata(struct hot_live *live)
{
	live->no_metadata = !live->no_metadata;
	return rank_anew(live);
}

/* Another frame is taken only if this one lacks the rows. */
static enum report_change move_rows(struct hot_live *live, long by)
{
	__u32 page = hot_layout().n_rows, end;

	list_cursor_move(&live->rows, by, live->n_rows, page);
	end = live->rows.first + page;
	if (end > live->n_rows)
		end = live->n_rows;
	return end <= live->n_loaded ? REPORT_REDRAW : REPORT_RESAMPLE;
}

static enum report_change move_page(struct hot_live *live, long by)
{
	struct list_cursor *cursor = &hot_pages_top(&live->pages)->cursor;
	const struct hot_actor_page *actor = live->pages.actor;
	__u32 rows = hot_page_n_rows(live);

	if (actor)
		list_cursor_move(cursor, by, actor->n_files, rows);
	else
		list_cursor_scroll(cursor, by, live->pages.n_lines, rows);
	return REPORT_REDRAW;
}

enum report_change hot_keys_move(struct hot_live *live, long by)
{
	__u32 page = hot_layout().n_rows;

	if (live->mode == HOT_LIVE_PAGE)
		return move_page(live, by);

	if (hot_menu_is_open(live))
		menu_move(&live->menu, by, page);
	else if (live->mode == HOT_LIVE_HELP)
		list_cursor_scroll(&live->help, by, hot_keys_n_named(), page);
	else
		return move_rows(live, by);
	return REPORT_REDRAW;
}

static enum report_change key_down(struct hot_live *live)
{
	return hot_keys_move(live, 1);
}

static enum report_change key_up(struct hot_live *live)
{
	return hot_keys_move(live, -1);
}

static long screenful(const struct hot_live *live)
{
	return live->mode == HOT_LIVE_PAGE ? hot_page_n_rows(live)
					   : hot_layout().n_rows;
}

static enum report_change key_page_down(struct hot_live *live)
{
	return hot_keys_move(live, screenful(live));
}

static enum report_change key_page_up(struct hot_live *live)
{
	return hot_keys_move(live, -screenful(live));
}

static enum report_change key_top(struct hot_live *live)
{
	return hot_keys_move(live, -FAR);
}

static enum report_change key_end(struct hot_live *live)
{
	return hot_keys_move(live, FAR);
}

static enum report_change key_left(struct hot_live *live)
{
	if (live->mode == HOT_LIVE_PAGE)
		return leave_page(live);
	if (is_in_tree(live))
		return hot_tree_close(live);
	live->shift -= SHIFT_COLUMNS;
	return REPORT_REDRAW;
}

static enum report_change key_right(struct hot_live *live)
{
	if (is_in_tree(live))
		return hot_tree_open(live);
	live->shift += SHIFT_COLUMNS;
	return REPORT_REDRAW;
}

static enum report_change key_resize(struct hot_live *live)
{
	(void)live;
	return REPORT_RESAMPLE;
}

/* clang-format off */
const struct hot_key hot_keys[] = {
	{'q', "q F10", "quit", "F10Quit", HOT_KEY_MODES, key_quit},
	{KEY_F(10), NULL, NULL, NULL, HOT_KEY_MODES, key_quit},
	{'h', "h ? F1", "this help, on and off", "F1Help", HOT_KEY_SHOWN, key_help},
	{'?', NULL, NULL, NULL, HOT_KEY_SHOWN, key_help},
	{KEY_F(1), NULL, NULL, NULL, HOT_KEY_SHOWN, key_help},
	{' ', "space", "pause and go on", NULL, HOT_KEY_SHOWN, key_pause},
	{'\t', "Tab F5", "the next view, from files to devices", "F5View", HOT_KEY_VIEWS, key_view},
	{KEY_F(5), NULL, NULL, NULL, HOT_KEY_VIEWS, key_view},
	{KEY_BTAB, "S-Tab", "the view before", NULL, HOT_KEY_VIEWS, key_view_before},
	{'d', "d", "devices, on and off", NULL, HOT_KEY_VIEWS, key_devices},
	{'l', "l", "latencies of files, on and off", NULL, HOT_KEY_FILES, key_latency},
	{'s', "s F6", "sort: a menu of keys", "F6Sort", HOT_KEY_FILES, key_sort},
	{KEY_F(6), NULL, NULL, NULL, HOT_KEY_FILES, key_sort},
	{'>', ">", "sort by the next key", NULL, HOT_KEY_FILES, key_sort_next},
	{'<', "<", "sort by the key before", NULL, HOT_KEY_FILES, key_sort_previous},
	{'r', "r", "reverse the order", NULL, HOT_KEY_FILES, key_reverse},
	{'/', "/ F3 F4", "filter by a part of the path", "F4Filter", HOT_KEY_FILES, key_filter},
	{KEY_F(3), NULL, NULL, NULL, HOT_KEY_FILES, key_filter},
	{KEY_F(4), NULL, NULL, NULL, HOT_KEY_FILES, key_filter},
	{'f', "f F8", "one filesystem: a menu", "F8Filesystem", HOT_KEY_FILES, key_filesystem},
	{KEY_F(8), NULL, NULL, NULL, HOT_KEY_FILES, key_filesystem},
	{'m', "m", "rows of metadata, on and off", NULL, HOT_KEY_FILES, key_metadata},
	{KEY_ESCAPE, "Esc", "leave a menu, help or page; else clear the filter", NULL, HOT_KEY_MODES, key_back},
	{'\n', "Enter", "open a page or directory; in a menu: choose", NULL, HOT_KEY_MODES, key_enter},
	{KEY_ENTER, NULL, NULL, NULL, HOT_KEY_MODES, key_enter},
	{'e', "e", "on the page of a file: count its extents", NULL, HOT_KEY_PAGES, key_extents},
	{'+', "+", "longer interval; in directories: open", NULL, HOT_KEY_SHOWN, key_slower},
	{'-', "-", "shorter interval; in directories: close", NULL, HOT_KEY_SHOWN, key_faster},
	{']', "]", "in a recording: twice as fast", NULL, HOT_KEY_SHOWN, key_play_faster},
	{'[', "[", "in a recording: half as fast", NULL, HOT_KEY_SHOWN, key_play_slower},
	{'.', ".", "in a recording: a minute ahead", NULL, HOT_KEY_SHOWN, key_minute_ahead},
	{',', ",", "in a recording: a minute back", NULL, HOT_KEY_SHOWN, key_minute_back},
	{')', ")", "in a recording: an hour ahead", NULL, HOT_KEY_SHOWN, key_hour_ahead},
	{'(', "(", "in a recording: an hour back", NULL, HOT_KEY_SHOWN, key_hour_back},
	{'b', "b", "exact numbers, on and off", NULL, HOT_KEY_SHOWN, key_bytes},
	{KEY_DOWN, "down j", "a line down", NULL, HOT_KEY_MODES, key_down},
	{'j', NULL, NULL, NULL, HOT_KEY_MODES, key_down},
	{KEY_UP, "up k", "a line up", NULL, HOT_KEY_MODES, key_up},
	{'k', NULL, NULL, NULL, HOT_KEY_MODES, key_up},
	{KEY_NPAGE, "PgDn", "a screen down", NULL, HOT_KEY_MODES, key_page_down},
	{KEY_PPAGE, "PgUp", "a screen up", NULL, HOT_KEY_MODES, key_page_up},
	{KEY_HOME, "Home", "to the top", NULL, HOT_KEY_MODES, key_top},
	{KEY_END, "End", "to the end", NULL, HOT_KEY_MODES, key_end},
	{KEY_LEFT, "left", "scroll the paths; leave a page or directory", NULL, HOT_KEY_MODES, key_left},
	{KEY_RIGHT, "right", "scroll the paths; open a directory", NULL, HOT_KEY_MODES, key_right},
	{KEY_MOUSE, "mouse", "choose a row, sort by a title, scroll", NULL, HOT_KEY_MODES, hot_mouse},
	{KEY_RESIZE, NULL, NULL, NULL, HOT_KEY_MODES, key_resize},
};
/* clang-format on */

const size_t hot_n_keys = sizeof(hot_keys) / sizeof(hot_keys[0]);

__u32 hot_keys_n_named(void)
{
	__u32 n = 0;

	for (size_t i = 0; i < hot_n_keys; i++)
		n += hot_keys[i].name != NULL;
	return n;
}

/* Returns REPORT_SAME if the key is not one of the text. */
static enum report_change type_filter(struct hot_live *live, int key)
{
	switch (text_field_key(live->filter, sizeof(live->filter), key)) {
	case TEXT_FIELD_CHANGED:
		return rank_anew(live);
	case TEXT_FIELD_DONE:
		live->mode = HOT_LIVE_TABLE;
		return REPORT_REDRAW;
	case TEXT_FIELD_CANCELED:
		live->mode = HOT_LIVE_TABLE;
		return rank_anew(live);
	default:
		return REPORT_SAME;
	}
}

static bool is_for(enum hot_key_where where, const struct hot_live *live)
{
	if (where == HOT_KEY_MODES)
		return true;
	if (live->mode == HOT_LIVE_PAGE)
		return where == HOT_KEY_SHOWN || where == HOT_KEY_PAGES;
	if (where == HOT_KEY_PAGES ||
	    (where == HOT_KEY_FILES && live->devices) ||
	    (where != HOT_KEY_SHOWN && live->pages.n))
		return false;
	return live->mode == HOT_LIVE_TABLE || live->mode == HOT_LIVE_HELP;
}

/* A key that only moves the cursor moves it to the row to stay on. */
static enum report_change act(const struct hot_key *key, struct hot_live *live)
{
	__u32 at = live->rows.at;
	enum report_change change = key->act(live);

	if (live->mode == HOT_LIVE_TABLE && live->rows.at != at &&
	    change == REPORT_REDRAW)
		hot_tree_note_cursor(live);
	return change;
}

enum report_change hot_keys_press(struct hot_live *live, int key)
{
	if (live->mode == HOT_LIVE_FILTER) {
		enum report_change change = type_filter(live, key);

		if (change != REPORT_SAME)
			return change;
	}
	for (size_t i = 0; i < hot_n_keys; i++)
		if (hot_keys[i].key == key && is_for(hot_keys[i].where, live))
			return act(&hot_keys[i], live);
	return REPORT_SAME;
}
