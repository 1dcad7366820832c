/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of filesystems and files of a recording, to write and to read. */
#ifndef FRSP_TRACE_LISTS_H
#define FRSP_TRACE_LISTS_H

#include "trace/column.h"
#include "trace/format.h"
#include "trace/trace.h"

/* Add an entry to the columns. Returns 0, or -EINVAL: a text is too long. */
int trace_put_fs(struct trace_column columns[TRACE_NR_COLUMNS], __u32 index,
		 const struct trace_fs *fs);
int trace_put_file(struct trace_column columns[TRACE_NR_COLUMNS], __u32 index,
		   const struct trace_file *file);

/* What was read. All 0: empty. The texts are its own. */
struct trace_lists {
	struct trace_fs *fs;
	struct trace_file *files;
	__u32 n_fs, n_files;
	size_t fs_size, files_size;
};

/* Takes all entries of the columns. Returns 0, -EBADMSG or -ENOMEM. */
int trace_lists_get(struct trace_cursor columns[TRACE_NR_COLUMNS],
		    struct trace_lists *lists);
void trace_lists_free(struct trace_lists *lists);

#endif
