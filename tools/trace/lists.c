// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/lists.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int trace_put_fs(struct trace_column columns[TRACE_NR_COLUMNS], __u32 index,
		 const struct trace_fs *fs)
{
	struct trace_column *column = &columns[TRACE_FILESYSTEMS];
	size_t type = strlen(fs->type), mount = strlen(fs->mount);

	if (type > TRACE_MAX_TYPE || mount > TRACE_MAX_PATH)
		return -EINVAL;
	trace_column_put(column, index);
	trace_column_put(column, fs->dev);
	trace_column_put(column, fs->subdev);
	trace_column_put(column, fs->bytes);
	trace_column_put(column, type);
	trace_column_put(column, mount);
	trace_column_put_text(&columns[TRACE_FS_TEXTS], fs->type, type);
	trace_column_put_text(&columns[TRACE_FS_TEXTS], fs->mount, mount);
	return 0;
}

int trace_put_file(struct trace_column columns[TRACE_NR_COLUMNS], __u32 index,
		   const struct trace_file *file)
{
	struct trace_column *column = &columns[TRACE_FILES];
	size_t path = file->path ? strlen(file->path) : 0;

	if (path > TRACE_MAX_PATH)
		return -EINVAL;
	trace_column_put(column, index);
	trace_column_put(column, file->fs);
	trace_column_put(column, file->ino);
	trace_column_put(column, file->gen);
	trace_column_put(column, file->path ? path + 1 : 0);
	trace_column_put(column, file->state);
	trace_column_put(column, file->n_links);
	trace_column_put_text(&columns[TRACE_PATHS], file->path, path);
	return 0;
}

/* Makes room for entry n of a list. 0 or -ENOMEM. */
static int grow(void **list, size_t *size, size_t entry_bytes, __u32 n)
{
	size_t wanted = *size ? *size * 2 : 64;
	void *grown;

	if (n < *size)
		return 0;
	grown = realloc(*list, wanted * entry_bytes);
	if (!grown)
		return -ENOMEM;
	*list = grown;
	*size = wanted;
	return 0;
}

/* Takes a text, which the caller frees. 0, -EBADMSG or -ENOMEM. */
static int get_text(struct trace_cursor *texts, size_t len, char **out)
{
	if (len > (size_t)(texts->end - texts->at) || memchr(texts->at, 0, len))
		return -EBADMSG;
	*out = strndup((const char *)texts->at, len);
	texts->at += len;
	return *out ? 0 : -ENOMEM;
}

/* Puts an entry in its place, and frees the texts of the one before. */
static int set_fs(struct trace_lists *lists, __u32 index,
		  const struct trace_fs *fs)
{
	int err = grow((void **)&lists->fs, &lists->fs_size, sizeof(*lists->fs),
		       index);

	if (err)
		return err;
	if (index == lists->n_fs) {
		lists->n_fs++;
	} else {
		free((char *)lists->fs[index].type);
		free((char *)lists->fs[index].mount);
	}
	lists->fs[index] = *fs;
	return 0;
}

static int get_fs(struct trace_cursor columns[TRACE_NR_COLUMNS],
		  struct trace_lists *lists)
{
	struct trace_cursor *cursor = &columns[TRACE_FILESYSTEMS];
	__u64 index, dev, subdev, type_len, mount_len;
	char *type, *mount;
	struct trace_fs fs;
	int err;

	if (!trace_cursor_get_max(cursor, lists->n_fs, &index) ||
	    index >= TRACE_MAX_FS || !trace_cursor_get_max(cursor, ~0U, &dev) ||
	    !trace_cursor_get_max(cursor, ~0U, &subdev) ||
	    !trace_cursor_get(cursor, &fs.bytes) ||
	    !trace_cursor_get_max(cursor, TRACE_MAX_TYPE, &type_len) ||
	    !trace_cursor_get_max(cursor, TRACE_MAX_PATH, &mount_len))
		return -EBADMSG;
	err = get_text(&columns[TRACE_FS_TEXTS], type_len, &type);
	if (err)
		return err;
	err = get_text(&columns[TRACE_FS_TEXTS], mount_len, &mount);
	if (err) {
		free(type);
		return err;
	}
	fs.dev = dev;
	fs.subdev = subdev;
	fs.type = type;
	fs.mount = mount;
	err = set_fs(lists, index, &fs);
	if (err) {
		free(type);
		free(mount);
	}
	return err;
}

/* A path that is known stays known. */
static int set_file(struct trace_lists *lists, __u32 index,
		    const struct trace_file *file)
{
	int err = grow((void **)&lists->files, &lists->files_size,
		       sizeof(*lists->files), index);
	struct trace_file *entry;

	if (err)
		return err;
	entry = &lists->files[index];
	if (index == lists->n_files) {
		lists->n_files++;
		*entry = *file;
		return 0;
	}
	if (!file->path && entry->path) {
		if (file->state != TRACE_PATH_UNKNOWN)
			entry->state = file->state;
		return 0;
	}
	free((char *)entry->path);
	*entry = *file;
	return 0;
}

static int get_file(struct trace_cursor columns[TRACE_NR_COLUMNS],
		    struct trace_lists *lists)
{
	struct trace_cursor *cursor = &columns[TRACE_FILES];
	__u64 index, fs, gen, path_len, state, n_links;
	struct trace_file file = {0};
	char *path = NULL;
	int err = 0;

	if (!trace_cursor_get_max(cursor, lists->n_files, &index) ||
	    index >= TRACE_MAX_FILES ||
	    !trace_cursor_get_max(cursor, ~0U, &fs) || fs >= lists->n_fs ||
	    !trace_cursor_get(cursor, &file.ino) ||
	    !trace_cursor_get_max(cursor, ~0U, &gen) ||
	    !trace_cursor_get_max(cursor, TRACE_MAX_PATH + 1, &path_len) ||
	    !trace_cursor_get_max(cursor, TRACE_NR_PATH_STATES - 1, &state) ||
	    !trace_cursor_get_max(cursor, ~0U, &n_links))
		return -EBADMSG;
	if (path_len)
		err = get_text(&columns[TRACE_PATHS], path_len - 1, &path);
	if (err)
		return err;
	file.fs = fs;
	file.gen = gen;
	file.state = state;
	file.n_links = n_links;
	file.path = path;
	err = set_file(lists, index, &file);
	if (err)
		free(path);
	return err;
}

static bool is_left(const struct trace_cursor *cursor)
{
	return cursor->at < cursor->end;
}

int trace_lists_get(struct trace_cursor columns[TRACE_NR_COLUMNS],
		    struct trace_lists *lists)
{
	int err = 0;

	while (!err && is_left(&columns[TRACE_FILESYSTEMS]))
		err = get_fs(columns, lists);
	while (!err && is_left(&columns[TRACE_FILES]))
		err = get_file(columns, lists);
	return err;
}

void trace_lists_free(struct trace_lists *lists)
{
	for (__u32 i = 0; i < lists->n_fs; i++) {
		free((char *)lists->fs[i].type);
		free((char *)lists->fs[i].mount);
	}
	for (__u32 i = 0; i < lists->n_files; i++)
		free((char *)lists->files[i].path);
	free(lists->fs);
	free(lists->files);
	*lists = (struct trace_lists){0};
}
