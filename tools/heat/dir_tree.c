// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A node is a directory or a path of files. Its key is its path with one letter
 * in front, because a path may be a deleted file as well as a directory:
 * "d/srv" is the directory. The root, "d", has the empty path and is no row.
 *
 * The set of open directories outlives the nodes, which are made anew each
 * time. A directory is open if it or one below it is in the set: so it stays
 * open if it was shown in one row with the one below, and now has more in it.
 */
#include "heat/dir_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "heat/who_list.h"
#include "paths/path.h"
#include "paths/places.h"

struct node {
	char *key;
	struct node *parent, *first, *next;
	unsigned int n_children, n_dirs;
	struct hot_row row;
	struct path_result file;
	struct hot_tree_row tree;
	struct who_list who;
	UT_hash_handle hh;
};

struct open_dir {
	char *path;
	UT_hash_handle hh;
};

struct hot_dir_tree {
	struct node *nodes;
	struct open_dir *open;
	struct hot_rows rows;
	__u32 n_allocated; /* of .rows */
};

struct hot_dir_tree *hot_dir_tree_new(void)
{
	return calloc(1, sizeof(struct hot_dir_tree));
}

static void forget_nodes(struct hot_dir_tree *tree)
{
	struct node *node, *next;

	HASH_ITER (hh, tree->nodes, node, next) {
		HASH_DEL(tree->nodes, node);
		free(node->key);
		free(node);
	}
}

static void forget_open(struct hot_dir_tree *tree, struct open_dir *dir)
{
	HASH_DEL(tree->open, dir);
	free(dir->path);
	free(dir);
}

void hot_dir_tree_free(struct hot_dir_tree *tree)
{
	if (!tree)
		return;
	forget_nodes(tree);
	while (tree->open)
		forget_open(tree, tree->open);
	free(tree->rows.rows);
	free(tree);
}

int hot_dir_tree_open(struct hot_dir_tree *tree, const char *path)
{
	struct open_dir *dir;

	HASH_FIND_STR(tree->open, path, dir);
	if (dir)
		return 0;
	dir = calloc(1, sizeof(*dir));
	if (!dir)
		return -ENOMEM;
	dir->path = strdup(path);
	if (dir->path) {
		HASH_ADD_KEYPTR(hh, tree->open, dir->path, strlen(dir->path),
				dir);
		if (dir->hh.tbl)
			return 0;
	}
	free(dir->path);
	free(dir);
	return -ENOMEM;
}

void hot_dir_tree_close(struct hot_dir_tree *tree, const char *path)
{
	struct open_dir *dir, *next;

	HASH_ITER (hh, tree->open, dir, next)
		if (path_is_below(dir->path, path))
			forget_open(tree, dir);
}

/* --- the nodes ------------------------------------------------------------ */

static struct node *find(const struct hot_dir_tree *tree, const char *key,
			 size_t len)
{
	struct node *node;

	HASH_FIND(hh, tree->nodes, key, len, node);
	return node;
}

/* Adds a node. Returns NULL without memory. */
static struct node *add_node(struct hot_dir_tree *tree, const char *key,
			     size_t len, struct node *parent)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->key = strndup(key, len);
	if (node->key)
		HASH_ADD_KEYPTR(hh, tree->nodes, node->key, len, node);
	if (!node->key || !node->hh.tbl) {
		free(node->key);
		free(node);
		return NULL;
	}
	node->tree.is_dir = *key == 'd';
	node->parent = parent;
	if (!parent)
		return node;
	node->next = parent->first;
	parent->first = node;
	parent->n_children++;
	parent->n_dirs += node->tree.is_dir;
	return node;
}

/* The node of the directory, and those above it. The root has len 1. */
static struct node *dir_node(struct hot_dir_tree *tree, char *key, size_t len)
{
	struct node *node, *parent = NULL;
	size_t end;

	key[0] = 'd';
	node = find(tree, key, len);
	if (node)
		return node;
	for (end = len - 1; end > 1 && key[end] != '/'; end--)
		;
	if (len > 1) {
		parent = dir_node(tree, key, end ?: 1);
		if (!parent)
			return NULL;
	}
	return add_node(tree, key, len, parent);
}

/* The node of the file, and those above it. */
static struct node *file_node(struct hot_dir_tree *tree, const char *path)
{
	size_t len = 1 + strlen(path), end;
	char *key = malloc(len + 1);
	struct node *node, *dir;

	if (!key)
		return NULL;
	strcpy(key + 1, path);
	key[0] = 'f';
	node = find(tree, key, len);
	if (!node) {
		for (end = len - 1; end > 1 && key[end] != '/'; end--)
			;
		dir = dir_node(tree, key, end ?: 1);
		key[0] = 'f';
		node = dir ? add_node(tree, key, len, dir) : NULL;
	}
	free(key);
	return node;
}

static void add_counts(struct node *node, const struct hot_row *file)
{
	struct hot_row *row = &node->row;

	if (!row->n_files) {
		row->fs = file->fs;
		row->dev = file->dev;
		row->fs_dev = file->fs_dev;
		row->range = FRSP_HOT_RANGE_FILE;
		node->file.fs_type = file->file ? file->file->fs_type : NULL;
	}
	row->n_files++;
	row->n_ranges += file->n_ranges;
	hot_row_add(row, file);
	who_list_add_row(&node->who, file);
}

static int add_file(struct hot_dir_tree *tree, const struct hot_row *file)
{
	const char *path =
		file->file && file->file->path ? file->file->path : "";
	struct node *node = file_node(tree, path);

	if (!node)
		return -ENOMEM;
	if (!node->row.n_files && *path) {
		node->row.ino = file->ino;
		node->row.gen = file->gen;
	}
	for (; node; node = node->parent)
		add_counts(node, file);
	return 0;
}

/* --- the rows ------------------------------------------------------------- */

static bool is_open(const struct hot_dir_tree *tree, const char *path)
{
	const struct open_dir *dir;

	for (dir = tree->open; dir; dir = dir->hh.next)
		if (path_is_below(dir->path, path))
			return true;
	return false;
}

/* The last directory of those that are one row with this one. */
static struct node *end_of_chain(struct node *node)
{
	while (node->n_children == 1 && node->n_dirs == 1)
		node = node->first;
	return node;
}

static int best_first(const void *a, const void *b, void *context)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;
	const struct hot_sort *sort = context;

	return hot_row_order(&x->row, &y->row, *sort) ?: strcmp(x->key, y->key);
}

static int append(struct hot_dir_tree *tree, const struct node *node)
{
	struct hot_rows *rows = &tree->rows;

	if (rows->n_rows == tree->n_allocated) {
		__u32 n = tree->n_allocated ? 2 * tree->n_allocated : 64;
		struct hot_row *grown =
			reallocarray(rows->rows, n, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		rows->rows = grown;
		tree->n_allocated = n;
	}
	rows->rows[rows->n_rows++] = node->row;
	return 0;
}

/* Fills in what the row of a node needs, and appends it. above: the path of the
 * directory that the row is in.
 */
static int append_node(struct hot_dir_tree *tree, struct node *node,
		       unsigned int depth, const char *above)
{
	const char *path = node->key + 1;
	size_t len = depth ? strlen(above) : 0;

	node->tree.depth = depth;
	node->tree.name = path + len + (depth && path[len] == '/');
	node->tree.is_open = node->tree.is_dir && is_open(tree, path);
	node->file.path = *path ? path : NULL;
	node->file.state = *path ? PATH_KNOWN : PATH_UNKNOWN;
	node->row.file = &node->file;
	node->row.tree = &node->tree;
	who_list_top(&node->who, &node->row);
	return append(tree, node);
}

static int append_children(struct hot_dir_tree *tree, struct node *dir,
			   unsigned int depth, struct hot_sort *sort)
{
	struct node **children =
		calloc(dir->n_children + 1, sizeof(struct node *));
	unsigned int n = 0;
	int err = children ? 0 : -ENOMEM;

	for (struct node *child = dir->first; child && !err;
	     child = child->next)
		children[n++] = end_of_chain(child);
	if (!err)
		qsort_r(children, n, sizeof(struct node *), best_first, sort);
	for (unsigned int i = 0; i < n && !err; i++) {
		err = append_node(tree, children[i], depth, dir->key + 1);
		if (!err && children[i]->tree.is_open)
			err = append_children(tree, children[i], depth + 1,
					      sort);
	}
	free(children);
	return err;
}

int hot_dir_tree_make(struct hot_dir_tree *tree, const struct hot_rows *files,
		      struct hot_sort sort, __u32 max_rows,
		      struct hot_rows *rows)
{
	struct node *root;
	int err = 0;

	forget_nodes(tree);
	tree->rows.n_rows = 0;
	for (__u32 i = 0; i < files->n_rows && !err; i++)
		err = add_file(tree, &files->rows[i]);
	root = find(tree, "d", 1);
	if (!err && root)
		err = append_children(tree, root, 0, &sort);
	*rows = tree->rows;
	rows->n_total = rows->n_rows;
	if (max_rows && rows->n_rows > max_rows)
		rows->n_rows = max_rows;
	return err;
}
