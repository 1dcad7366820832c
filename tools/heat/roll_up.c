// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/roll_up.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "heat/metadata.h"
#include "heat/who_list.h"

struct sum {
	char *path; /* the key; "": the files without a path */
	struct hot_row row;
	struct path_result file;
	struct who_list who;
	UT_hash_handle hh;
};

struct hot_rolled_up {
	struct sum *sums;
	struct hot_rows rows;
};

struct hot_rolled_up *hot_rolled_up_new(void)
{
	return calloc(1, sizeof(struct hot_rolled_up));
}

static void forget(struct hot_rolled_up *rolled)
{
	struct sum *sum, *next;

	HASH_ITER (hh, rolled->sums, sum, next) {
		HASH_DEL(rolled->sums, sum);
		free(sum->path);
		free(sum);
	}
}

void hot_rolled_up_free(struct hot_rolled_up *rolled)
{
	if (!rolled)
		return;
	forget(rolled);
	free(rolled->rows.rows);
	free(rolled);
}

/* The metadata of a filesystem is one sum among the directories. */
static enum frsp_hot_meta meta_of(const struct hot_row *row, enum hot_view view)
{
	return view == HOT_VIEW_PATHS ? row->meta : FRSP_HOT_META_ANY;
}

/* The text that the files of one sum share, in allocated memory. No path begins
 * as that of metadata does.
 */
static char *key_of(const struct hot_row *row, enum hot_view view)
{
	const struct path_result *file = row->file;
	const char *path = file && file->path ? file->path : "", *slash;
	char *key;

	if (row->is_metadata)
		return asprintf(&key, "[%s] %s",
				hot_metadata_name(meta_of(row, view)), path) < 0
			       ? NULL
			       : key;
	if (view == HOT_VIEW_PATHS || !*path)
		return strdup(path);
	slash = strrchr(path, '/');
	if (!slash || slash == path)
		return strdup("/");
	return strndup(path, slash - path);
}

/* Returns the sum that the file belongs to, or NULL: no memory. */
static struct sum *sum_of(struct hot_rolled_up *rolled,
			  const struct hot_row *file, enum hot_view view)
{
	char *key = key_of(file, view);
	struct sum *sum;

	if (!key)
		return NULL;
	HASH_FIND_STR(rolled->sums, key, sum);
	if (sum) {
		free(key);
		return sum;
	}
	sum = calloc(1, sizeof(*sum));
	if (!sum) {
		free(key);
		return NULL;
	}
	sum->path = key;
	sum->file = (struct path_result){
		.path = *key ? key : NULL,
		.state = *key ? PATH_KNOWN : PATH_UNKNOWN,
		.fs_type = file->file ? file->file->fs_type : NULL,
	};
	sum->row = (struct hot_row){
		.fs = file->fs,
		.dev = file->dev,
		.fs_dev = file->fs_dev,
		.range = FRSP_HOT_RANGE_FILE,
		.is_metadata = file->is_metadata,
		.meta = meta_of(file, view),
		.file = file->is_metadata ? file->file : &sum->file,
	};
	if (view == HOT_VIEW_PATHS && *key) {
		sum->row.ino = file->ino;
		sum->row.gen = file->gen;
	}
	HASH_ADD_KEYPTR(hh, rolled->sums, sum->path, strlen(sum->path), sum);
	if (sum->hh.tbl)
		return sum;
	free(sum->path);
	free(sum);
	return NULL;
}

static void add(struct sum *sum, const struct hot_row *file)
{
	sum->row.n_files += !file->is_metadata;
	sum->row.n_ranges += file->n_ranges;
	hot_row_add(&sum->row, file);
	who_list_add_row(&sum->who, file);
}

/* For qsort_r(): the best first, equal ones by path. */
static int best_first(const void *a, const void *b, void *context)
{
	const struct hot_row *x = a, *y = b;
	const struct hot_sort *sort = context;

	return hot_row_order(x, y, *sort)
		       ?: strcmp(x->file->path ?: "", y->file->path ?: "");
}

int hot_roll_up(struct hot_rolled_up *rolled, const struct hot_rows *files,
		enum hot_view view, struct hot_sort sort, __u32 max_rows,
		struct hot_rows *rows)
{
	struct hot_row *grown;
	struct sum *sum, *next;

	forget(rolled);
	for (__u32 i = 0; i < files->n_rows; i++) {
		sum = sum_of(rolled, &files->rows[i], view);
		if (!sum)
			return -ENOMEM;
		add(sum, &files->rows[i]);
	}
	grown = realloc(rolled->rows.rows,
			(HASH_COUNT(rolled->sums) + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	rolled->rows = (struct hot_rows){.rows = grown};
	HASH_ITER (hh, rolled->sums, sum, next) {
		who_list_top(&sum->who, &sum->row);
		grown[rolled->rows.n_rows++] = sum->row;
	}
	qsort_r(grown, rolled->rows.n_rows, sizeof(*grown), best_first, &sort);
	rolled->rows.n_total = rolled->rows.n_rows;
	if (max_rows && rolled->rows.n_rows > max_rows)
		rolled->rows.n_rows = max_rows;
	*rows = rolled->rows;
	return 0;
}
