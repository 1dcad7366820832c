// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/live.h"

#include <ncurses.h>

#include "heat/text.h"
#include "hotmon/device_lines.h"
#include "hotmon/draw.h"
#include "hotmon/keys.h"
#include "hotmon/layout.h"
#include "hotmon/tree.h"
#include "ui/screen.h"

/* How many screens of rows are taken at once, so that the list scrolls without
 * another frame, whose rates would be of a very short interval.
 */
#define PAGES_AHEAD 4

bool hot_live_start(struct hot_live *live)
{
	if (!screen_start())
		return false;
	screen_use_mouse();
	live->tree = hot_dir_tree_new(); /* NULL: the view is flat */
	hot_draw_init_colors(live);
	return true;
}

void hot_live_stop(void)
{
	screen_stop();
}

__u32 hot_live_n_rows(void)
{
	return hot_layout().n_rows;
}

/* The page of a process must find it, wherever it is in the list by now, and so
 * must the cursor of the tree find its row.
 */
static __u32 n_wanted(const struct hot_live *live)
{
	if (live->pages.n && live->pages.stack[0].is_actor)
		return 0;
	if (hot_tree_is_shown(live) && live->tree && !live->rows_given)
		return 0;
	return live->rows_given
		       ? live->max_rows
		       : live->rows.first + PAGES_AHEAD * hot_live_n_rows();
}

void hot_live_sort_by(struct hot_live *live, enum hot_sort_key key)
{
	live->sort.key = key;
	live->latency |= hot_sort_needs_latency(key);
}

int hot_live_n_sort_keys(const struct hot_live *live)
{
	/* the keys of latencies are the last ones */
	return live->is_remote ? HOT_BY_READ_P99 : HOT_NR_SORT_KEYS;
}

struct hot_frame_request hot_live_request(const struct hot_live *live)
{
	return (struct hot_frame_request){
		.sort = live->sort,
		.max_rows = n_wanted(live),
		.ranges = live->view == HOT_VIEW_RANGES,
		.view = live->view,
		.tree = live->tree,
		.latency = live->latency,
		.filter = live->filter,
		.no_metadata = live->no_metadata,
		.fs_dev = live->fs_dev,
	};
}

static void note_rows(struct hot_live *live, const struct hot_rows *rows)
{
	bool has_all = live->rows_given ||
		       rows->n_rows < hot_live_request(live).max_rows;

	live->n_loaded = rows->n_rows;
	live->n_rows = has_all ? rows->n_rows : rows->n_total;
}

enum hot_live_mode hot_live_base(const struct hot_live *live)
{
	return live->pages.n ? HOT_LIVE_PAGE : HOT_LIVE_TABLE;
}

void hot_live_note(struct hot_live *live, const struct hot_frame *frame)
{
	live->frame = frame;
	hot_pages_note(&live->pages, frame);
	if (live->devices)
		live->n_loaded = live->n_rows =
			device_lines_count(live->device_frame);
	else
		note_rows(live, hot_view_rows(frame, live->view));
	hot_tree_follow(live, hot_view_rows(frame, live->view));
	list_cursor_move(&live->rows, 0, live->n_rows, hot_live_n_rows());
}

enum report_change hot_live_keys(struct hot_live *live)
{
	enum report_change change = REPORT_SAME, one;
	int key;

	if (hot_pages_progress(&live->pages))
		change = REPORT_REDRAW;
	while ((key = getch()) != ERR) {
		one = hot_keys_press(live, key);
		change = one > change ? one : change;
	}
	return change;
}
