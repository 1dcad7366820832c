// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct hot_place *hot_pages_top(struct hot_pages *pages)
{
	return pages->n ? &pages->stack[pages->n - 1] : NULL;
}

static void forget(struct hot_pages *pages)
{
	hot_page_free(pages->file);
	pages->file = NULL;
	free(pages->actor);
	pages->actor = NULL;
	free(pages->metadata);
	pages->metadata = NULL;
	pages->is_stale = true;
	pages->n_lines = 0;
}

static bool push(struct hot_pages *pages, const struct hot_place *place)
{
	if (pages->n == HOT_PAGES_MAX)
		return false;
	forget(pages);
	pages->stack[pages->n++] = *place;
	return true;
}

bool hot_pages_open(struct hot_pages *pages, enum hot_view view,
		    const struct hot_row *row)
{
	struct hot_place place = {
		.file = {row->ino, row->fs, row->gen},
		.marked = row->range,
		.view = view,
	};

	if (hot_view_is_group(view) && !hot_view_is_roll_up(view)) {
		place.is_actor = true;
		place.actor = hot_actor_page_key(view, row);
	} else if (row->is_metadata) {
		place.is_metadata = true;
		place.meta = row->meta;
		place.fs_dev = row->fs_dev;
	} else if (!row->ino) {
		return false;
	}
	return push(pages, &place);
}

void hot_pages_open_file(struct hot_pages *pages, struct hot_page *page)
{
	const struct hot_place place = {
		.file = page->heat.key,
		.marked = FRSP_HOT_RANGE_FILE,
	};

	if (push(pages, &place))
		pages->file = page;
	else
		hot_page_free(page);
}

bool hot_pages_enter(struct hot_pages *pages)
{
	const struct hot_place *top = hot_pages_top(pages);
	const struct hot_actor_page *actor = pages->actor;

	if (!top || !actor || top->cursor.at >= actor->n_files)
		return false;
	return hot_pages_open(pages, HOT_VIEW_FILES,
			      &actor->files[top->cursor.at]);
}

void hot_pages_back(struct hot_pages *pages)
{
	if (!pages->n)
		return;
	forget(pages);
	pages->n--;
}

void hot_pages_close(struct hot_pages *pages)
{
	forget(pages);
	pages->n = 0;
	hot_history_free(pages->history);
	pages->history = NULL;
}

void hot_pages_note(struct hot_pages *pages, const struct hot_frame *frame)
{
	const struct hot_rows *files = &frame->ranking.files;
	double now_s = frame->mono_ns / 1e9;

	pages->is_stale = true;
	if (!pages->history)
		pages->history = hot_history_new();
	for (__u32 i = 0;
	     pages->history && i < files->n_rows && i < HOT_HISTORY_FILES; i++)
		hot_history_note(pages->history, &files->rows[i],
				 frame->interval_s, now_s);
}

static int read_file(struct hot_pages *pages, const struct hot_place *place,
		     struct hot_monitor *monitor)
{
	int err;

	if (!pages->file)
		pages->file = hot_page_new(&place->file);
	if (!pages->file || !pages->history)
		return -ENOMEM;
	err = hot_monitor_page(monitor, pages->file);
	if (!err)
		hot_history_note(pages->history, &pages->file->heat.row, 0,
				 pages->file->heat.read_s);
	return err;
}

static int read_actor(struct hot_pages *pages, const struct hot_place *place,
		      struct hot_monitor *monitor,
		      const struct hot_frame *frame)
{
	if (!pages->actor)
		pages->actor = calloc(1, sizeof(*pages->actor));
	if (!pages->actor)
		return -ENOMEM;
	pages->actor->view = place->view;
	pages->actor->key = place->actor;
	return hot_monitor_actor_page(monitor, frame, pages->actor);
}

static const struct hot_row *find_metadata(const struct hot_place *place,
					   const struct hot_frame *frame)
{
	const struct hot_rows *rows = &frame->metadata;

	for (__u32 i = 0; i < rows->n_rows; i++)
		if (rows->rows[i].meta == place->meta &&
		    rows->rows[i].fs_dev == place->fs_dev)
			return &rows->rows[i];
	return NULL;
}

/* A row that has left the table keeps its counts, but what it points to is gone.
 */
static int read_metadata(struct hot_pages *pages, const struct hot_place *place,
			 const struct hot_frame *frame)
{
	const struct hot_row *row = find_metadata(place, frame);

	if (!pages->metadata)
		pages->metadata = calloc(1, sizeof(*pages->metadata));
	if (!pages->metadata)
		return -ENOMEM;
	pages->is_forgotten = !row;
	if (row) {
		*pages->metadata = *row;
		return 0;
	}
	pages->metadata->is_metadata = true;
	pages->metadata->meta = place->meta;
	pages->metadata->dev = place->fs_dev;
	pages->metadata->file = NULL;
	pages->metadata->n_who = 0;
	return 0;
}

int hot_pages_read(struct hot_pages *pages, struct hot_monitor *monitor,
		   const struct hot_frame *frame)
{
	const struct hot_place *place = hot_pages_top(pages);
	int err;

	if (!place || !pages->is_stale)
		return 0;
	if (place->is_actor)
		err = read_actor(pages, place, monitor, frame);
	else if (place->is_metadata)
		err = read_metadata(pages, place, frame);
	else
		err = read_file(pages, place, monitor);
	pages->is_stale = err;
	return err;
}

void hot_pages_count_extents(struct hot_pages *pages)
{
	if (pages->file)
		hot_page_count_extents(pages->file);
}

bool hot_pages_progress(struct hot_pages *pages)
{
	if (!pages->file || pages->file->extents_state != -EINPROGRESS)
		return false;
	hot_page_is_counting(pages->file);
	return true;
}
