// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/menu.h"

#include <stdio.h>
#include <ncurses.h>

#include "base/text_width.h"
#include "base/utf8.h"
#include "ui/screen.h"

void menu_begin(struct menu *menu, const char *title)
{
	*menu = (struct menu){.title = title};
}

void menu_add(struct menu *menu, const char *item)
{
	char *kept;
	int len;

	if (menu->n_items == MENU_MAX_ITEMS)
		return;
	kept = menu->items[menu->n_items++];
	len = snprintf(kept, MENU_ITEM_LEN, "%s", item);
	utf8_mark_cut(kept, MENU_ITEM_LEN, len);
}

void menu_move(struct menu *menu, long by, __u32 n_lines)
{
	list_cursor_move(&menu->cursor, by, menu->n_items, n_lines);
}

int menu_width(const struct menu *menu)
{
	int width = text_width(menu->title);

	for (__u32 i = 0; i < menu->n_items; i++)
		if (text_width(menu->items[i]) > width)
			width = text_width(menu->items[i]);
	return width + 2 < COLS ? width + 2 : COLS;
}

static void draw_line(int y, const char *text, int width, attr_t attributes)
{
	attrset(attributes);
	mvhline(y, 0, ' ', width);
	screen_put(y, 1, text, width - 1);
	attrset(A_NORMAL);
}

void menu_draw(const struct menu *menu, int y, __u32 n_lines)
{
	int width = menu_width(menu);

	draw_line(y, menu->title, width, A_REVERSE | A_BOLD);
	for (__u32 line = 0; line < n_lines; line++) {
		__u32 i = menu->cursor.first + line;

		draw_line(y + 1 + (int)line,
			  i < menu->n_items ? menu->items[i] : "", width,
			  i == menu->cursor.at ? A_REVERSE : A_NORMAL);
	}
}
