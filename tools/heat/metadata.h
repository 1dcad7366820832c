/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of metadata: what a filesystem reads and writes for itself, a row
 * for each class of each filesystem, such as "[journal] /srv". They are ranked
 * with the files.
 */
#ifndef FRSP_HOT_METADATA_H
#define FRSP_HOT_METADATA_H

#include "heat/fs_identity.h"
#include "heat/rank.h"
#include "paths/kept.h"

struct hot_metadata;

struct hot_metadata *hot_metadata_new(void);
void hot_metadata_free(struct hot_metadata *metadata);

/* The class's name for programs, such as "inode_tables". */
const char *hot_metadata_name(enum frsp_hot_meta meta);

/* The class of such a name; of any other, also NULL: FRSP_HOT_META_OTHER. */
enum frsp_hot_meta hot_metadata_of(const char *name);

/* Writes what people see: the class in brackets, as no path begins with one,
 * and where the filesystem is mounted. The row must be one of metadata. Escapes
 * and cuts as path_escape() does.
 */
size_t hot_metadata_label(const struct hot_row *row, char *buf, size_t len);

/* Fills in .dev, .fs_dev and .file of rows of metadata: whose it is. */
void hot_metadata_place(const struct hot_rows *rows,
			struct fs_identities *identities,
			struct path_kept **kept);

/* Sums up the rows that are of the same class and filesystem (.fs_dev): slots
 * of several disks, such as an external journal. rows: one for each slot of
 * metadata, with .file; are sorted. *sums: sorted by sort, valid until the next
 * call. Returns 0 or -ENOMEM.
 */
int hot_metadata_sum(struct hot_metadata *metadata, const struct hot_rows *rows,
		     struct hot_sort sort, struct hot_rows *sums);

/* Merges the sums that match into the files, which are sorted by sort, too.
 * max_rows: of the list; 0: all. filter: text
 * that a label must contain, in capitals or not; NULL: any. The list is valid
 * until the next call. Returns 0 or -ENOMEM.
 */
int hot_metadata_merge(struct hot_metadata *metadata,
		       const struct hot_rows *files,
		       const struct hot_rows *sums, const char *filter,
		       struct hot_sort sort, __u32 max_rows,
		       struct hot_rows *list);

#endif
