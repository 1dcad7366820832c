// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace/column.h"

#include <stdlib.h>
#include <string.h>

#define MAX_NUMBER_BYTES 10 /* 64 bits, 7 to a byte */

static bool make_room(struct trace_column *column, size_t n)
{
	size_t size = column->size ?: 4096;
	__u8 *grown;

	if (column->is_full)
		return false;
	if (column->n + n <= column->size)
		return true;
	while (size < column->n + n)
		size *= 2;
	grown = realloc(column->bytes, size);
	column->is_full = !grown;
	if (!grown)
		return false;
	column->bytes = grown;
	column->size = size;
	return true;
}

void trace_column_put(struct trace_column *column, __u64 value)
{
	if (!make_room(column, MAX_NUMBER_BYTES))
		return;
	for (; value >> 7; value >>= 7)
		column->bytes[column->n++] = 0x80 | (value & 0x7f);
	column->bytes[column->n++] = value;
}

void trace_column_put_text(struct trace_column *column, const char *text,
			   size_t len)
{
	if (!len || !make_room(column, len))
		return;
	memcpy(column->bytes + column->n, text, len);
	column->n += len;
}

void trace_column_free(struct trace_column *column)
{
	free(column->bytes);
	*column = (struct trace_column){0};
}

bool trace_cursor_get(struct trace_cursor *cursor, __u64 *value)
{
	__u64 sum = 0;

	for (unsigned int shift = 0; cursor->at < cursor->end; shift += 7) {
		__u8 byte = *cursor->at++;

		/* the tenth byte has the last of 64 bits */
		if (shift == 63 && byte > 1)
			return false;
		sum |= (__u64)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*value = sum;
			return true;
		}
	}
	return false;
}

bool trace_cursor_get_max(struct trace_cursor *cursor, __u64 max, __u64 *value)
{
	return trace_cursor_get(cursor, value) && *value <= max;
}
