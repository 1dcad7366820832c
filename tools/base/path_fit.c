// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/path_fit.h"

#include <string.h>

#include "base/text_width.h"

#define MIN_COLUMNS 3

static const char *left_mark(void)
{
	return text_is_utf8() ? "\xe2\x80\xa6" : "<";
}

static const char *right_mark(void)
{
	return text_is_utf8() ? "\xe2\x80\xa6" : ">";
}

size_t path_fit_size(const char *path)
{
	return strlen(path) + strlen(left_mark()) + strlen(right_mark()) + 1;
}

/* The columns before the first "/" from which the rest, with a mark, fits; if
 * there is none, those before the last "/". total: the columns of path.
 */
static int first_column(const char *path, int total, int n_columns)
{
	const char *slash = strchr(path, '/');
	int before = 0;

	while (slash) {
		before = total - text_width(slash);
		if (total - before < n_columns)
			break;
		slash = strchr(slash + 1, '/');
	}
	return before;
}

/* Moves column by *shift, up to min and max. */
static int moved(int column, int *shift, int max)
{
	int to = *shift < -column	 ? 0
		 : *shift > max - column ? max
					 : column + *shift;

	*shift = to - column;
	return to;
}

static void copy(char **out, const char *text, size_t len)
{
	memcpy(*out, text, len);
	*out += len;
	**out = 0;
}

/* The bytes of "[...] " in front of a path; 0: there is none. */
static size_t label_bytes(const char *path)
{
	const char *end = *path == '[' ? strstr(path, "] /") : NULL;

	return end ? end + 2 - path : 0;
}

/* For a path without a label. */
static void fit(const char *path, int n_columns, int *shift, char *out)
{
	int total = text_width(path), from, max;

	if (total <= n_columns) {
		*shift = 0;
		strcpy(out, path);
		return;
	}
	from = first_column(path, total, n_columns);
	max = total - (n_columns - 1);
	from = moved(from, shift, from > max ? from : max);
	*out = 0;
	if (from) {
		copy(&out, left_mark(), strlen(left_mark()));
		path += text_fitting_bytes(path, from);
		n_columns--;
	}
	if (text_width(path) <= n_columns) {
		strcpy(out, path);
		return;
	}
	copy(&out, path, text_fitting_bytes(path, n_columns - 1));
	copy(&out, right_mark(), strlen(right_mark()));
}

void path_fit(const char *path, int n_columns, int *shift, char *out)
{
	size_t label = label_bytes(path);

	/* a label is plain ASCII */
	if (n_columns < (int)label + MIN_COLUMNS)
		label = 0;
	memcpy(out, path, label);
	fit(path + label, n_columns - (int)label, shift, out + label);
}
