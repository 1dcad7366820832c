/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pages of the live view: one about a file, a class of metadata, a process
 * or a cgroup, which Enter opens above the list. From the page of a process,
 * Enter opens that of one of its files, so pages are a stack. Example: list,
 * process 12, file /srv/a. Esc goes back to process 12, and Esc again to the
 * list.
 *
 *   pages.c      which pages are open, and what they have
 *   page_draw.c  draws the topmost one
 */
#ifndef FRSP_HOTMON_PAGES_H
#define FRSP_HOTMON_PAGES_H

#include "heat/actor_page.h"
#include "heat/history.h"
#include "heat/page.h"
#include "ui/list_cursor.h"

#define HOT_PAGES_MAX 4

/* What a page is about, and where its cursor is. */
struct hot_place {
	bool is_actor; /* a process or cgroup; else a file or metadata */
	bool is_metadata;
	enum frsp_hot_meta meta; /* of metadata, with .fs_dev */
	__u32 fs_dev;
	struct path_key file;
	__u32 marked; /* a range of the file; FRSP_HOT_RANGE_FILE: none */
	enum hot_view view;
	struct frsp_hot_actor_key actor;
	/* of the files of a process; else .first is the first line shown */
	struct list_cursor cursor;
};

struct hot_pages {
	struct hot_place stack[HOT_PAGES_MAX];
	__u32 n;		      /* 0: no page is open */
	struct hot_page *file;	      /* of the topmost page, if of a file */
	struct hot_actor_page *actor; /* the same of a process or cgroup */
	struct hot_row *metadata;     /* the same of metadata */
	bool is_forgotten;	      /* .metadata has left the table */
	bool is_stale;		      /* the topmost one must be read */
	__u32 n_lines;		      /* of the topmost one, as last drawn */
	struct hot_history *history;
};

/* The topmost place, or NULL. */
struct hot_place *hot_pages_top(struct hot_pages *pages);

/* Opens the page of a row of the view. False: it has none, such as a directory,
 * or too many pages are open.
 */
bool hot_pages_open(struct hot_pages *pages, enum hot_view view,
		    const struct hot_row *row);

/* Opens the page of a file. Becomes the owner of the page. */
void hot_pages_open_file(struct hot_pages *pages, struct hot_page *page);

/* Opens the page of the file at the cursor. False: this page has no files. */
bool hot_pages_enter(struct hot_pages *pages);

/* Closes the topmost page. */
void hot_pages_back(struct hot_pages *pages);

/* Closes all pages and frees what they have. */
void hot_pages_close(struct hot_pages *pages);

/* Takes note of a new frame: its files go into the history. */
void hot_pages_note(struct hot_pages *pages, const struct hot_frame *frame);

/* Reads what the topmost page shows, unless it is up to date. Returns 0 or
 * -ENOMEM.
 */
int hot_pages_read(struct hot_pages *pages, struct hot_monitor *monitor,
		   const struct hot_frame *frame);

/* Begins to count the extents of the file. */
void hot_pages_count_extents(struct hot_pages *pages);

/* True while the extents of the file are counted, and once when that ends. */
bool hot_pages_progress(struct hot_pages *pages);

#endif
