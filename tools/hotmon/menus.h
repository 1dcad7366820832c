/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The menus of hotmon's live view. */
#ifndef FRSP_HOT_MENUS_H
#define FRSP_HOT_MENUS_H

#include "hotmon/live.h"

/* Whether a menu has the keys. */
bool hot_menu_is_open(const struct hot_live *live);

/* Open a menu, with the cursor at what is chosen now. */
void hot_menu_open_sort(struct hot_live *live);
void hot_menu_open_fs(struct hot_live *live);

/* Chooses the item at the cursor and closes the menu. */
enum report_change hot_menu_choose(struct hot_live *live);

#endif
