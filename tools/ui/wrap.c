// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/wrap.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sgr.h"
#include "base/text_width.h"
#include "base/utf8.h"

#define INDENT "  "

/* The bytes of the sequence or character at text; *width: its columns. */
static size_t step(const char *text, int *width)
{
	struct sgr sgr = SGR_PLAIN;
	size_t len = sgr_parse(text, &sgr);
	char one[8] = "";
	__u32 code;

	*width = 0;
	if (len)
		return len;
	len = utf8_decode(text, &code);
	if (!len || len >= sizeof(one))
		len = 1;
	memcpy(one, text, len);
	*width = text_width(one);
	return len;
}

/* Where to break the line: the last blank in front of which n_columns are not
 * exceeded. NULL: the line fits, or has no such blank.
 */
static const char *find_break(const char *line, int n_columns)
{
	const char *blank = NULL;
	int width = 0, more;

	for (const char *at = line; *at && *at != '\n';) {
		if (*at == ' ' && at > line && width <= n_columns)
			blank = at;
		at += step(at, &more);
		width += more;
		if (width > n_columns)
			return blank;
	}
	return NULL;
}

static const char *wrap_line(FILE *out, const char *line, int n_columns)
{
	bool is_table = *line == ' ';
	int room = n_columns;
	const char *at;

	while (!is_table && (at = find_break(line, room))) {
		fprintf(out, "%.*s\n" INDENT, (int)(at - line), line);
		line = at + strspn(at, " ");
		room = n_columns - (int)strlen(INDENT);
	}
	for (; *line && *line != '\n'; line++)
		fputc(*line, out);
	if (!*line)
		return line;
	fputc('\n', out);
	return line + 1;
}

char *wrap_text(const char *text, int n_columns)
{
	char *wrapped;
	size_t size;
	FILE *out = open_memstream(&wrapped, &size);

	if (!out)
		return NULL;
	while (*text)
		text = wrap_line(out, text, n_columns);
	if (!fclose(out))
		return wrapped;
	free(wrapped);
	return NULL;
}
