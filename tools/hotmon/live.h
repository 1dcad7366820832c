/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hotmon's live view: what the user has chosen, the screen and the keys. It
 * draws frames and computes no numbers.
 *
 *   keys.c    the table of keys, and what each does
 *   menus.c   the menus that some keys open
 *   mouse.c   clicks and the wheel
 *   layout.c  which line of the screen has what
 *   draw.c    draws a frame
 *   tree.c    the view of directories
 *   pages.c   the page of one file or process, above the list
 */
#ifndef FRSP_HOT_LIVE_H
#define FRSP_HOT_LIVE_H

#include "cli/report_loop.h"
#include "heat/columns.h"
#include "heat/monitor.h"
#include "hotmon/devices.h"
#include "hotmon/pages.h"
#include "hotmon/play.h"
#include "ui/list_cursor.h"
#include "ui/menu.h"

#define HOT_LIVE_FILTER_LEN 64

/* What has the keys. */
enum hot_live_mode {
	HOT_LIVE_TABLE,
	HOT_LIVE_HELP,
	HOT_LIVE_SORT_MENU,
	HOT_LIVE_FS_MENU,
	HOT_LIVE_FILTER, /* the user types it */
	HOT_LIVE_PAGE,	 /* of .pages */
};

struct hot_live {
	enum hot_live_mode mode;
	enum hot_view view;			 /* if not .devices */
	bool devices;				 /* the view of devices */
	const struct device_frame *device_frame; /* if .devices */
	struct hot_sort sort;
	bool latency; /* measure the times of files */
	struct report_pace pace;
	bool rows_given; /* -r: */
	__u32 max_rows;	 /* how many rows the user wants; 0: all */
	bool exact, color;
	bool no_metadata;	       /* show only files */
	struct list_cursor rows, help; /* the help has no cursor */
	/* Rows that the cursor can reach, and how many of them the frame has */
	__u32 n_rows, n_loaded;
	int shift; /* of the paths, in columns to the right */
	char filter[HOT_LIVE_FILTER_LEN]; /* "": all files */
	__u32 fs_dev; /* only this filesystem, by its dev_t; 0: all */
	char fs_name[MENU_ITEM_LEN];
	struct menu menu;
	__u32 menu_devs[MENU_MAX_ITEMS]; /* of the menu of filesystems */
	/* Where the columns of the drawn table end, by hot_columns; 0: it is
	 * not shown.
	 */
	int column_ends[HOT_N_COLUMNS];
	struct hot_monitor *monitor; /* to list filesystems */
	struct play *play;	     /* of a recording; NULL: it is live */
	bool is_remote;		     /* frspd's: no latencies, devices, pages */
	const struct hot_frame *frame; /* the latest */
	struct hot_pages pages;
	/* The view of directories (hotmon/tree.h), and the path of the row that
	 * the cursor is on there; NULL: it is at the top.
	 */
	struct hot_dir_tree *tree;
	char *tree_at;
	bool tree_at_dir;
	bool tree_is_stale; /* a directory was opened or closed */
};

/* Takes the terminal. It is restored also if the program crashes. False: the
 * terminal cannot be used (TERM).
 */
bool hot_live_start(struct hot_live *live);
void hot_live_stop(void);

/* Sorts by the key, and turns on what it needs. */
void hot_live_sort_by(struct hot_live *live, enum hot_sort_key key);

/* How many keys there are to sort by, from the first one. */
int hot_live_n_sort_keys(const struct hot_live *live);

/* The frame that the view needs next. */
struct hot_frame_request hot_live_request(const struct hot_live *live);

/* Takes note of the rows of a new frame, and moves the cursor to the last one
 * if there are fewer than before.
 */
void hot_live_note(struct hot_live *live, const struct hot_frame *frame);

/* How many table rows fit on the screen. */
__u32 hot_live_n_rows(void);

/* What the keys go to when no menu is open: the list, or the page above it. */
enum hot_live_mode hot_live_base(const struct hot_live *live);

/* The rows that it shows must be named (hot_monitor_name()), or the page must
 * be read (hot_pages_read()).
 */
void hot_live_draw(struct hot_live *live, const struct hot_frame *frame);

/* Handles the keys pressed since the last call. */
enum report_change hot_live_keys(struct hot_live *live);

#endif
