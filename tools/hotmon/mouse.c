// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/mouse.h"

#include <ncurses.h>

#include "hotmon/bar.h"
#include "hotmon/keys.h"
#include "hotmon/layout.h"
#include "hotmon/menus.h"
#include "ui/text_field.h"

#define WHEEL_LINES 3

/* Sorts by the column whose title is there. If the rows are sorted by that
 * already, reverses their order.
 */
static enum report_change click_title(struct hot_live *live, int x)
{
	int i = 0;

	while (i < HOT_N_COLUMNS &&
	       (!live->column_ends[i] || x > live->column_ends[i]))
		i++;
	if (i == HOT_N_COLUMNS || hot_columns[i].key == HOT_NR_SORT_KEYS)
		return REPORT_SAME;
	if (live->sort.key == hot_columns[i].key)
		live->sort.ascending = !live->sort.ascending;
	hot_live_sort_by(live, hot_columns[i].key);
	live->rows = (struct list_cursor){0};
	return REPORT_RESAMPLE;
}

/* Beside the menu, a click closes it. */
static enum report_change click_menu(struct hot_live *live, __u32 line, int x)
{
	line += live->menu.cursor.first;
	if (x >= menu_width(&live->menu))
		return hot_keys_press(live, KEY_ESCAPE);
	if (line >= live->menu.n_items)
		return REPORT_SAME;
	live->menu.cursor.at = line;
	return hot_menu_choose(live);
}

static enum report_change click_line(struct hot_live *live, __u32 line, int x)
{
	if (hot_menu_is_open(live))
		return click_menu(live, line, x);
	if (live->mode == HOT_LIVE_HELP || live->mode == HOT_LIVE_PAGE)
		return REPORT_SAME;
	return hot_keys_move(live,
			     (long)live->rows.first + line - live->rows.at);
}

static enum report_change click(struct hot_live *live, int y, int x)
{
	const struct hot_layout layout = hot_layout();

	if (y == layout.bar)
		return hot_keys_press(live, hot_bar_key(x));
	if (y == HOT_LAYOUT_HEADS && live->mode == HOT_LIVE_TABLE)
		return click_title(live, x);
	if (y >= HOT_LAYOUT_ROWS && y < layout.status)
		return click_line(live, y - HOT_LAYOUT_ROWS, x);
	return REPORT_SAME;
}

enum report_change hot_mouse(struct hot_live *live)
{
	MEVENT event;

	if (getmouse(&event) != OK)
		return REPORT_SAME;
	if (event.bstate & BUTTON4_PRESSED)
		return hot_keys_move(live, -WHEEL_LINES);
	if (event.bstate & BUTTON5_PRESSED)
		return hot_keys_move(live, WHEEL_LINES);
	return click(live, event.y, event.x);
}
