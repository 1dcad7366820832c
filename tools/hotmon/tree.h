/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The view of directories of the live view: a tree that opens and closes. Once
 * the cursor was moved there, it stays on its row, wherever the row goes, and
 * not on its line as in other views.
 */
#ifndef FRSP_HOTMON_TREE_H
#define FRSP_HOTMON_TREE_H

#include "hotmon/live.h"

/* True if the view is that of directories. */
bool hot_tree_is_shown(const struct hot_live *live);

/* The row at the cursor, if it is one of the tree; else NULL. */
const struct hot_row *hot_tree_row(const struct hot_live *live);

/* Open and close the directory at the cursor. If it is closed already, or a
 * file, hot_tree_close() moves the cursor to the directory that it is in.
 */
enum report_change hot_tree_open(struct hot_live *live);
enum report_change hot_tree_close(struct hot_live *live);

/* After a key: takes note of the row at the cursor. */
void hot_tree_note_cursor(struct hot_live *live);

/* The cursor begins at the top again. */
void hot_tree_forget_cursor(struct hot_live *live);

/* After a frame: moves the cursor, and the screen with it, to the row that it
 * was on, or to the directory that the row is in now.
 */
void hot_tree_follow(struct hot_live *live, const struct hot_rows *rows);

/* If a directory was opened or closed: makes the rows of the frame anew.
 * Returns 0 or -ENOMEM.
 */
int hot_tree_refresh(struct hot_live *live, struct hot_frame *frame);

void hot_tree_free(struct hot_live *live);

#endif
