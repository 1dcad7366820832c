/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds up the rows of files that have the same path, or that are in the same
 * directory. Pure. Example: a database deletes its journal and makes a new one
 * a thousand times. That is a thousand files, and one path.
 */
#ifndef FRSP_HOT_ROLL_UP_H
#define FRSP_HOT_ROLL_UP_H

#include "heat/rank.h"
#include "heat/view.h"
#include "paths/path.h"

struct hot_rolled_up;

struct hot_rolled_up *hot_rolled_up_new(void); /* NULL: no memory */
void hot_rolled_up_free(struct hot_rolled_up *rolled);

/* Ranks the sums of the rows of files, which have their .file, by path or by
 * directory (a view of them). A sum's .file has
 * the path, or no path for all files without one; .n_files says how many files
 * it is of. .ino and .gen are those of the first file of a path; for a
 * directory .ino is 0. max_rows: 0: all. The rows are valid until the next
 * call. Returns 0 or -ENOMEM.
 */
int hot_roll_up(struct hot_rolled_up *rolled, const struct hot_rows *files,
		enum hot_view view, struct hot_sort sort, __u32 max_rows,
		struct hot_rows *rows);

#endif
