/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of hotmon's live view, for dispatch, the help and the key bar. */
#ifndef FRSP_HOT_KEYS_H
#define FRSP_HOT_KEYS_H

#include "hotmon/live.h"

/* Where a key does something. */
enum hot_key_where {
	HOT_KEY_FILES, /* not for devices, which have one order and no filter */
	HOT_KEY_VIEWS, /* in all views, and the help above them */
	HOT_KEY_SHOWN, /* also on pages, and the help above them */
	HOT_KEY_PAGES, /* only on pages */
	HOT_KEY_MODES, /* also in menus and while the filter is typed */
};

struct hot_key {
	int key;
	const char *name; /* NULL: another key for the row above */
	const char *help;
	const char *bar; /* in the key bar, such as "F1Help"; NULL: not */
	enum hot_key_where where;
	enum report_change (*act)(struct hot_live *live);
};

extern const struct hot_key hot_keys[];
extern const size_t hot_n_keys;

/* The rows of hot_keys with a name. */
__u32 hot_keys_n_named(void);

/* Does what a key of getch() stands for in the present mode. */
enum report_change hot_keys_press(struct hot_live *live, int key);

/* Moves the cursor of the list that has the keys. */
enum report_change hot_keys_move(struct hot_live *live, long by);

#endif
