// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heat/text.h"
#include "hotmon/layout.h"
#include "paths/places.h"

bool hot_tree_is_shown(const struct hot_live *live)
{
	return live->view == HOT_VIEW_DIRECTORIES && !live->devices;
}

const struct hot_row *hot_tree_row(const struct hot_live *live)
{
	const struct hot_rows *rows;

	if (!hot_tree_is_shown(live) || !live->frame ||
	    live->frame->view != live->view)
		return NULL;
	rows = hot_view_rows(live->frame, live->view);
	if (live->rows.at >= rows->n_rows || !rows->rows[live->rows.at].tree)
		return NULL;
	return &rows->rows[live->rows.at];
}

void hot_tree_forget_cursor(struct hot_live *live)
{
	free(live->tree_at);
	live->tree_at = NULL;
}

void hot_tree_note_cursor(struct hot_live *live)
{
	const struct hot_row *row = hot_tree_row(live);

	if (!row)
		return;
	hot_tree_forget_cursor(live);
	live->tree_at = strdup(row->file->path ?: "");
	live->tree_at_dir = row->tree->is_dir;
}

enum report_change hot_tree_open(struct hot_live *live)
{
	const struct hot_row *row = hot_tree_row(live);

	if (!row || !row->tree->is_dir || row->tree->is_open ||
	    hot_dir_tree_open(live->tree, row->file->path))
		return REPORT_SAME;
	hot_tree_note_cursor(live);
	live->tree_is_stale = true;
	return REPORT_REDRAW;
}

static enum report_change go_to_parent(struct hot_live *live,
				       const struct hot_row *row)
{
	long up = 0;

	if (!row->tree->depth)
		return REPORT_SAME;
	while (row[-up].tree->depth >= row->tree->depth)
		up++;
	list_cursor_move(&live->rows, -up, live->n_rows, hot_layout().n_rows);
	return REPORT_REDRAW;
}

enum report_change hot_tree_close(struct hot_live *live)
{
	const struct hot_row *row = hot_tree_row(live);

	if (!row)
		return REPORT_SAME;
	if (!row->tree->is_open)
		return go_to_parent(live, row);
	hot_tree_note_cursor(live);
	hot_dir_tree_close(live->tree, row->file->path);
	live->tree_is_stale = true;
	return REPORT_REDRAW;
}

/* How well the row stands for the one that the cursor was on: the length of its
 * path if that is the path of the row or of a directory above it; else 0.
 */
static size_t fits(const struct hot_live *live, const struct hot_row *row)
{
	const char *path = row->file->path ?: "";

	if (row->tree->is_dir == live->tree_at_dir &&
	    !strcmp(path, live->tree_at))
		return 1 + strlen(path);
	return row->tree->is_dir && path_is_below(live->tree_at, path)
		       ? strlen(path)
		       : 0;
}

void hot_tree_follow(struct hot_live *live, const struct hot_rows *rows)
{
	__u32 on_screen = live->rows.at - live->rows.first;
	size_t best = 0, one;
	__u32 at = 0;

	if (!live->tree_at || !hot_tree_is_shown(live))
		return;
	for (__u32 i = 0; i < rows->n_rows && rows->rows[i].tree; i++) {
		one = fits(live, &rows->rows[i]);
		if (one > best) {
			best = one;
			at = i;
		}
	}
	if (!best)
		return;
	live->rows.at = at;
	live->rows.first = at > on_screen ? at - on_screen : 0;
}

int hot_tree_refresh(struct hot_live *live, struct hot_frame *frame)
{
	const struct hot_frame_request request = hot_live_request(live);
	int err;

	if (!live->tree_is_stale)
		return 0;
	live->tree_is_stale = false;
	if (!request.tree || frame->view != HOT_VIEW_DIRECTORIES)
		return 0;
	err = hot_dir_tree_make(live->tree, &frame->ranking.files, live->sort,
				request.max_rows, &frame->groups);
	if (!err)
		hot_live_note(live, frame);
	return err;
}

void hot_tree_free(struct hot_live *live)
{
	hot_tree_forget_cursor(live);
	hot_dir_tree_free(live->tree);
	live->tree = NULL;
}
