// SPDX-License-Identifier: GPL-2.0-or-later
#include "move/ranges.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"

/* A line of the list. */
struct row {
	char *path;
	struct file_range range;
};

struct rows {
	struct row *rows;
	size_t n;
};

static int wrong(struct ranges_error *error, const char *what,
		 const char *remedy)
{
	error->what = what;
	error->remedy = remedy;
	return -EINVAL;
}

/* Takes the next word off the line. NULL: there is none. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, " \t");
	size_t len = strcspn(word, " \t");

	*line = word + len;
	if (**line)
		*(*line)++ = '\0';
	return len ? word : NULL;
}

/* Parses the numbers, and sets *path. */
static int parse(char *line, struct file_range *range, const char **path,
		 struct ranges_error *error)
{
	static const char form[] =
		"a line is OFFSET LENGTH PATH, such as \"0 16M /srv/db\"";
	const char *offset = next_word(&line), *length = next_word(&line);
	__u64 bytes;

	*path = line + strspn(line, " \t");
	if (!offset || !length || !**path)
		return wrong(error, "something is missing", form);
	if (fmt_parse_bytes(offset, &range->start))
		return wrong(error, "the offset is not a number of bytes",
			     form);
	range->end = ~0ULL;
	if (!strcmp(length, "-"))
		return 0;
	if (fmt_parse_bytes(length, &bytes))
		return wrong(error, "the length is not a number of bytes",
			     form);
	if (!bytes)
		return wrong(
			error, "the length is 0",
			"leave the line out, or write - for all up to the end");
	if (bytes < ~0ULL - range->start)
		range->end = range->start + bytes;
	return 0;
}

static int add_row(struct rows *rows, const char *path,
		   const struct file_range *range)
{
	size_t n = rows->n;

	if (!(n & (n - 1))) { /* full: the capacity is a power of 2 */
		void *grown = reallocarray(rows->rows, n ? 2 * n : 1,
					   sizeof(*rows->rows));

		if (!grown)
			return -ENOMEM;
		rows->rows = grown;
	}
	/* A path that does not exist stays as it is: the caller will see. */
	rows->rows[n] =
		(struct row){realpath(path, NULL) ?: strdup(path), *range};
	rows->n += rows->rows[n].path != NULL;
	return rows->rows[n].path ? 0 : -ENOMEM;
}

static int take_line(struct rows *rows, char *line, size_t len,
		     struct ranges_error *error)
{
	struct file_range range;
	const char *path;
	int err;

	if (len && line[len - 1] == '\n')
		line[--len] = '\0';
	if (strlen(line) != len)
		return wrong(error, "it has a NUL", "the list must be text");
	if (!line[strspn(line, " \t")] || line[strspn(line, " \t")] == '#')
		return 0;
	err = parse(line, &range, &path, error);
	return err ?: add_row(rows, path, &range);
}

static int read_rows(FILE *in, struct rows *rows, struct ranges_error *error)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	while (!err && (len = getline(&line, &size, in)) >= 0) {
		error->line++;
		err = take_line(rows, line, len, error);
	}
	if (!err && ferror(in))
		err = -EIO;
	free(line);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	int order = strcmp(one->path, other->path);

	if (order)
		return order;
	return (one->range.start > other->range.start) -
	       (one->range.start < other->range.start);
}

/* Moves the row into the list. Rows come by path and start. */
static int add_range(struct ranges *ranges, struct row *row)
{
	struct ranges_file *file =
		ranges->n ? &ranges->files[ranges->n - 1] : NULL;
	struct file_range *more, *last;

	if (!file || strcmp(file->path, row->path)) {
		file = &ranges->files[ranges->n++];
		*file = (struct ranges_file){.path = row->path};
		row->path = NULL;
	}
	last = file->n ? &file->ranges[file->n - 1] : NULL;
	if (last && row->range.start <= last->end) {
		if (row->range.end > last->end)
			last->end = row->range.end;
		return 0;
	}
	if (!(file->n & (file->n - 1))) {
		more = reallocarray(file->ranges, file->n ? 2 * file->n : 1,
				    sizeof(*more));
		if (!more)
			return -ENOMEM;
		file->ranges = more;
	}
	file->ranges[file->n++] = row->range;
	return 0;
}

int ranges_read(FILE *in, struct ranges *ranges, struct ranges_error *error)
{
	struct rows rows = {0};
	int err;

	*ranges = (struct ranges){0};
	*error = (struct ranges_error){0};
	err = read_rows(in, &rows, error);
	if (!err) {
		if (rows.n)
			qsort(rows.rows, rows.n, sizeof(*rows.rows), compare);
		ranges->files = calloc(rows.n + 1, sizeof(*ranges->files));
		err = ranges->files ? 0 : -ENOMEM;
	}
	for (size_t i = 0; !err && i < rows.n; i++)
		err = add_range(ranges, &rows.rows[i]);
	for (size_t i = 0; i < rows.n; i++)
		free(rows.rows[i].path);
	free(rows.rows);
	if (err)
		ranges_free(ranges);
	return err;
}

static int compare_path(const void *path, const void *file)
{
	return strcmp(path, ((const struct ranges_file *)file)->path);
}

const struct ranges_file *ranges_of(const struct ranges *ranges,
				    const char *path)
{
	if (!ranges->n)
		return NULL;
	return bsearch(path, ranges->files, ranges->n, sizeof(*ranges->files),
		       compare_path);
}

void ranges_free(struct ranges *ranges)
{
	for (size_t i = 0; i < ranges->n; i++) {
		free(ranges->files[i].path);
		free(ranges->files[i].ranges);
	}
	free(ranges->files);
	*ranges = (struct ranges){0};
}
