// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ini.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LINE 4096

int ini_wrong(struct ini_error *error, unsigned int line, const char *remedy,
	      const char *format, ...)
{
	va_list args;

	error->line = line;
	error->remedy = remedy;
	va_start(args, format);
	vsnprintf(error->what, sizeof(error->what), format, args);
	va_end(args);
	return -EINVAL;
}

char *ini_strip(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
	return text;
}

static int take_section(const struct ini_reader *reader, char *text,
			struct ini_error *error)
{
	size_t len = strlen(text);

	if (text[len - 1] != ']')
		return ini_wrong(error, error->line, reader->section_remedy,
				 "the section's name has no \"]\" at its end");
	text[len - 1] = '\0';
	return reader->begin_section(reader->context, ini_strip(text + 1),
				     error);
}

static int take_line(const struct ini_reader *reader, char *text,
		     struct ini_error *error)
{
	char *value;

	text = ini_strip(text);
	if (!*text || *text == '#' || *text == ';')
		return 0;
	if (*text == '[')
		return take_section(reader, text, error);
	value = strchr(text, '=');
	if (!value)
		return ini_wrong(error, error->line, reader->line_remedy,
				 "\"%.60s\" is nothing of these", text);
	*value = '\0';
	return reader->take_value(reader->context, ini_strip(text),
				  ini_strip(value + 1), error);
}

int ini_read(FILE *in, const struct ini_reader *reader, struct ini_error *error)
{
	unsigned int n_lines = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	*error = (struct ini_error){0};
	errno = 0;
	while (!err && (len = getline(&line, &size, in)) >= 0) {
		error->line = ++n_lines;
		if (len > MAX_LINE || strlen(line) != (size_t)len)
			err = ini_wrong(error, n_lines, "the file must be text",
					"the line is too long, or has a NUL");
		else
			err = take_line(reader, line, error);
	}
	if (!err && ferror(in))
		err = errno ? -errno : -EIO;
	free(line);
	return err;
}
