/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A column of numbers and texts (trace/format.h), to write and to read. */
#ifndef FRSP_TRACE_COLUMN_H
#define FRSP_TRACE_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* All 0: empty. */
struct trace_column {
	__u8 *bytes;
	size_t n, size;
	bool is_full; /* memory ran out: what followed is missing */
};

void trace_column_put(struct trace_column *column, __u64 value);
void trace_column_put_text(struct trace_column *column, const char *text,
			   size_t len);
void trace_column_free(struct trace_column *column);

/* The rest of a column that is read. */
struct trace_cursor {
	const __u8 *at, *end;
};

/* False: the column ends here, or the number has more than 64 bits. */
bool trace_cursor_get(struct trace_cursor *cursor, __u64 *value);

/* The same, and the number must be at most max. */
bool trace_cursor_get_max(struct trace_cursor *cursor, __u64 max, __u64 *value);

/* Signed numbers, so that small ones take a byte. */
static inline __u64 trace_fold(__s64 value)
{
	return (__u64)value << 1 ^ (value < 0 ? ~0ULL : 0);
}

static inline __s64 trace_unfold(__u64 folded)
{
	return (__s64)(folded >> 1 ^ (folded & 1 ? ~0ULL : 0));
}

#endif
