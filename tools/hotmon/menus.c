// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/menus.h"

#include <stdio.h>
#include <string.h>

#include "hotmon/layout.h"

bool hot_menu_is_open(const struct hot_live *live)
{
	return live->mode == HOT_LIVE_SORT_MENU ||
	       live->mode == HOT_LIVE_FS_MENU;
}

static void open_at(struct hot_live *live, enum hot_live_mode mode, long item)
{
	live->mode = mode;
	menu_move(&live->menu, item, hot_layout().n_rows);
}

void hot_menu_open_sort(struct hot_live *live)
{
	char item[MENU_ITEM_LEN];

	menu_begin(&live->menu, "Sort by");
	for (int key = 0; key < hot_live_n_sort_keys(live); key++) {
		snprintf(item, sizeof(item), "%-7s %s", hot_sort_names[key][0],
			 hot_sort_names[key][1]);
		menu_add(&live->menu, item);
	}
	open_at(live, HOT_LIVE_SORT_MENU, live->sort.key);
}

void hot_menu_open_fs(struct hot_live *live)
{
	struct hot_filesystem list[MENU_MAX_ITEMS - 1];
	size_t n = hot_monitor_filesystems(live->monitor, list,
					   sizeof(list) / sizeof(list[0]));
	char name[MENU_ITEM_LEN];
	size_t chosen = 0;

	menu_begin(&live->menu, "Filesystem");
	menu_add(&live->menu, "all");
	live->menu_devs[0] = 0;
	for (size_t i = 0; i < n; i++) {
		path_escape(list[i].target, name, sizeof(name));
		menu_add(&live->menu, name);
		live->menu_devs[1 + i] = list[i].dev;
		if (list[i].dev == live->fs_dev)
			chosen = 1 + i;
	}
	open_at(live, HOT_LIVE_FS_MENU, chosen);
}

enum report_change hot_menu_choose(struct hot_live *live)
{
	__u32 item = live->menu.cursor.at;

	if (live->mode == HOT_LIVE_SORT_MENU) {
		hot_live_sort_by(live, item);
	} else {
		live->fs_dev = live->menu_devs[item];
		strcpy(live->fs_name, live->menu.items[item]);
	}
	live->mode = HOT_LIVE_TABLE;
	live->rows = (struct list_cursor){0};
	return REPORT_RESAMPLE;
}
