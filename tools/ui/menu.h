/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A menu at the left edge of the screen: a title, and items below it. */
#ifndef FRSP_MENU_H
#define FRSP_MENU_H

#include "ui/list_cursor.h"

#define MENU_MAX_ITEMS 40
#define MENU_ITEM_LEN  96

struct menu {
	const char *title;
	char items[MENU_MAX_ITEMS][MENU_ITEM_LEN];
	__u32 n_items;
	struct list_cursor cursor;
};

/* Makes the menu empty. */
void menu_begin(struct menu *menu, const char *title);

/* Adds an item, which is cut after MENU_ITEM_LEN - 1 bytes. Of more than
 * MENU_MAX_ITEMS the rest is left out.
 */
void menu_add(struct menu *menu, const char *item);

/* Moves the cursor down by so many items, or up if negative. n_lines: how many
 * items fit on the screen.
 */
void menu_move(struct menu *menu, long by, __u32 n_lines);

/* The columns that the menu takes. */
int menu_width(const struct menu *menu);

/* Draws the title at line y, and n_lines items below it. */
void menu_draw(const struct menu *menu, int y, __u32 n_lines);

#endif
