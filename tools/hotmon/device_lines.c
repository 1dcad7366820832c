// SPDX-License-Identifier: GPL-2.0-or-later
#include "hotmon/device_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int split(struct device_lines *lines)
{
	char *rest = lines->text;
	__u32 n = 0;

	for (const char *c = rest; *c; c++)
		n += *c == '\n';
	lines->lines = calloc(n + 1, sizeof(*lines->lines));
	if (!lines->lines)
		return -ENOMEM;
	for (; lines->n < n; lines->n++)
		lines->lines[lines->n] = strsep(&rest, "\n");
	return 0;
}

int device_lines_make(const struct device_frame *frame,
		      struct device_text_style *style,
		      struct device_lines *lines)
{
	size_t size;
	FILE *out;
	int err;

	*lines = (struct device_lines){0};
	out = open_memstream(&lines->text, &size);
	if (!out)
		return -errno;
	err = device_text_print(out, frame, style);
	if (fclose(out) && !err)
		err = -ENOMEM;
	if (!err)
		err = split(lines);
	if (err)
		device_lines_free(lines);
	return err;
}

void device_lines_free(struct device_lines *lines)
{
	free(lines->lines);
	free(lines->text);
	*lines = (struct device_lines){0};
}

__u32 device_lines_count(const struct device_frame *frame)
{
	struct device_text_style style = {0};
	struct device_lines lines;
	__u32 n;

	if (device_lines_make(frame, &style, &lines))
		return 0;
	n = lines.n ? lines.n - 1 : 0;
	device_lines_free(&lines);
	return n;
}
