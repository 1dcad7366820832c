/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of files as a tree of their directories, of which some are open.
 * Pure. A directory has the sum of all files at or below it, and each file
 * counts once. Example, with /srv open:
 *
 *   v /srv          12     the sum of the next three rows
 *       mail         7     closed: the sum of all files below it
 *       a.db         4     a file
 *       www/htdocs   1     closed; www has nothing but htdocs in it
 *   > /var           3
 *
 * Siblings are in the order of the sort key. A directory without files of its
 * own and with only one directory in it is one row with that, so nobody has to
 * open five directories to see the first file. Files that have had the same
 * path are one row.
 */
#ifndef FRSP_HOT_DIR_TREE_H
#define FRSP_HOT_DIR_TREE_H

#include "heat/rank.h"

/* What a row of the tree is: .tree of the row. */
struct hot_tree_row {
	unsigned int depth; /* 0: the top level */
	bool is_dir, is_open;
	const char *name; /* the end of its path; at the top level all of it */
};

struct hot_dir_tree;

struct hot_dir_tree *hot_dir_tree_new(void); /* NULL: no memory */
void hot_dir_tree_free(struct hot_dir_tree *tree);

/* Opens a directory, by its path, from the next call of hot_dir_tree_make() on.
 * 0 or -ENOMEM.
 */
int hot_dir_tree_open(struct hot_dir_tree *tree, const char *path);

/* Closes it, and all directories below it. */
void hot_dir_tree_close(struct hot_dir_tree *tree, const char *path);

/* Makes the rows of a tree of files, which have their .file. max_rows: 0: all.
 * .n_total says how many there are. Files without a path are one row of the top
 * level. The rows are valid until the next call. Returns 0 or -ENOMEM.
 */
int hot_dir_tree_make(struct hot_dir_tree *tree, const struct hot_rows *files,
		      struct hot_sort sort, __u32 max_rows,
		      struct hot_rows *rows);

#endif
