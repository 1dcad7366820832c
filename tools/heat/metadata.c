// SPDX-License-Identifier: GPL-2.0-or-later
#include "heat/metadata.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heat/who_list.h"
#include "paths/path.h"

struct hot_metadata {
	struct hot_rows sums, list;
};

/* For programs, and for people. */
static const char *const names[FRSP_HOT_NR_METAS][2] = {
	[FRSP_HOT_META_ANY] = {"metadata", "metadata"},
	[FRSP_HOT_META_JOURNAL] = {"journal", "journal"},
	[FRSP_HOT_META_SUPER] = {"superblock", "superblock"},
	[FRSP_HOT_META_BLOCK_BITMAPS] = {"block_bitmaps", "block bitmaps"},
	[FRSP_HOT_META_INODE_BITMAPS] = {"inode_bitmaps", "inode bitmaps"},
	[FRSP_HOT_META_SPACE_TREES] = {"space_trees", "space trees"},
	[FRSP_HOT_META_INODE_TREES] = {"inode_trees", "inode trees"},
	[FRSP_HOT_META_INODES] = {"inode_tables", "inode tables"},
	[FRSP_HOT_META_EXTENTS] = {"extent_blocks", "extent blocks"},
	[FRSP_HOT_META_DIRECTORIES] = {"directories", "directories"},
	[FRSP_HOT_META_XATTRS] = {"xattrs", "xattrs"},
	[FRSP_HOT_META_SYMLINKS] = {"symlinks", "symlinks"},
	[FRSP_HOT_META_QUOTA] = {"quota", "quota"},
	[FRSP_HOT_META_ORPHANS] = {"orphan_file", "orphan file"},
	[FRSP_HOT_META_MMP] = {"mmp", "mmp"},
	[FRSP_HOT_META_OTHER] = {"other", "other metadata"},
};

struct hot_metadata *hot_metadata_new(void)
{
	return calloc(1, sizeof(struct hot_metadata));
}

void hot_metadata_free(struct hot_metadata *metadata)
{
	if (!metadata)
		return;
	free(metadata->sums.rows);
	free(metadata->list.rows);
	free(metadata);
}

static const char *name_of(enum frsp_hot_meta meta, bool for_people)
{
	return names[meta < FRSP_HOT_NR_METAS ? meta : FRSP_HOT_META_OTHER]
		    [for_people];
}

const char *hot_metadata_name(enum frsp_hot_meta meta)
{
	return name_of(meta, false);
}

enum frsp_hot_meta hot_metadata_of(const char *name)
{
	for (int meta = 0; name && meta < FRSP_HOT_NR_METAS; meta++)
		if (!strcmp(names[meta][false], name))
			return meta;
	return FRSP_HOT_META_OTHER;
}

size_t hot_metadata_label(const struct hot_row *row, char *buf, size_t len)
{
	char text[PATH_LABEL_LEN / 4 + 64];

	snprintf(text, sizeof(text), "[%s] %s", name_of(row->meta, true),
		 row->file && row->file->path ? row->file->path : "");
	return path_escape(text, buf, len);
}

void hot_metadata_place(const struct hot_rows *rows,
			struct fs_identities *identities,
			struct path_kept **kept)
{
	for (__u32 i = 0; i < rows->n_rows; i++) {
		struct hot_row *row = &rows->rows[i];
		const struct fs_identity identity =
			fs_identity_get(identities, row->fs);
		const struct mount_entry *entry =
			fs_identity_mount(identities, &identity);
		struct path_result file = {.state = PATH_UNKNOWN};

		if (entry) {
			row->dev = entry->dev;
			row->fs_dev = entry->dev;
			file = (struct path_result){
				.path = entry->target,
				.state = PATH_KNOWN,
				.fs_type = entry->fs_type,
				.fs_dev = entry->dev,
			};
		}
		row->file = path_keep(kept, &file);
	}
}

static int same_together(const void *a, const void *b)
{
	const struct hot_row *x = a, *y = b;

	if (x->fs_dev != y->fs_dev)
		return x->fs_dev < y->fs_dev ? -1 : 1;
	return (x->meta > y->meta) - (x->meta < y->meta);
}

/* For qsort_r(): the best first. */
static int best_first(const void *a, const void *b, void *context)
{
	const struct hot_sort *sort = context;

	return hot_row_order(a, b, *sort) ?: same_together(a, b);
}

/* Adds up n rows of one class and filesystem. */
static struct hot_row sum_up(const struct hot_row *rows, __u32 n)
{
	struct hot_row sum = rows[0];
	struct who_list who = {.n = 0};

	for (__u32 i = 0; i < n; i++) {
		if (i)
			hot_row_add(&sum, &rows[i]);
		who_list_add_row(&who, &rows[i]);
	}
	who_list_top(&who, &sum);
	return sum;
}

static int make_room(struct hot_rows *rows, __u32 n)
{
	struct hot_row *grown = realloc(rows->rows, (n + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	*rows = (struct hot_rows){.rows = grown};
	return 0;
}

int hot_metadata_sum(struct hot_metadata *metadata, const struct hot_rows *rows,
		     struct hot_sort sort, struct hot_rows *sums)
{
	struct hot_rows *made = &metadata->sums;
	__u32 from = 0, n;

	if (make_room(made, rows->n_rows))
		return -ENOMEM;
	if (rows->n_rows)
		qsort(rows->rows, rows->n_rows, sizeof(*rows->rows),
		      same_together);
	for (; from < rows->n_rows; from += n) {
		n = 1;
		while (from + n < rows->n_rows &&
		       !same_together(&rows->rows[from], &rows->rows[from + n]))
			n++;
		made->rows[made->n_rows++] = sum_up(&rows->rows[from], n);
	}
	if (made->n_rows)
		qsort_r(made->rows, made->n_rows, sizeof(*made->rows),
			best_first, &sort);
	made->n_total = made->n_rows;
	*sums = *made;
	return 0;
}

static bool matches(const struct hot_row *row, const char *filter)
{
	char label[PATH_LABEL_LEN];

	if (!filter)
		return true;
	hot_metadata_label(row, label, sizeof(label));
	return strcasestr(label, filter);
}

/* Of two that are equal, the file comes first. */
static bool comes_before(const struct hot_row *sum, const struct hot_row *file,
			 struct hot_sort sort)
{
	return hot_row_order(sum, file, sort) < 0;
}

int hot_metadata_merge(struct hot_metadata *metadata,
		       const struct hot_rows *files,
		       const struct hot_rows *sums, const char *filter,
		       struct hot_sort sort, __u32 max_rows,
		       struct hot_rows *list)
{
	struct hot_rows *made = &metadata->list;
	const struct hot_row *file = files->rows, *sum = sums->rows;
	const struct hot_row *last_file = file + files->n_rows;
	const struct hot_row *last_sum = sum + sums->n_rows;

	if (make_room(made, files->n_rows + sums->n_rows))
		return -ENOMEM;
	for (; sum != last_sum; sum++) {
		if (!matches(sum, filter))
			continue;
		while (file != last_file && !comes_before(sum, file, sort))
			made->rows[made->n_rows++] = *file++;
		made->rows[made->n_rows++] = *sum;
		made->n_metadata++;
	}
	while (file != last_file)
		made->rows[made->n_rows++] = *file++;
	made->n_total = files->n_total + made->n_metadata;
	if (max_rows && made->n_rows > max_rows)
		made->n_rows = max_rows;
	*list = *made;
	return 0;
}
