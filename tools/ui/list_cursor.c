// SPDX-License-Identifier: GPL-2.0-or-later
#include "ui/list_cursor.h"

static __u32 moved(__u32 line, long by, __u32 last)
{
	long to = (long)line + by;

	return to<0 ? 0 : to>(long) last ? last : to;
}

void list_cursor_move(struct list_cursor *cursor, long by, __u32 n, __u32 page)
{
	__u32 last_first = n > page ? n - page : 0;

	cursor->at = moved(cursor->at, by, n ? n - 1 : 0);
	if (cursor->first > last_first)
		cursor->first = last_first;
	if (cursor->first > cursor->at)
		cursor->first = cursor->at;
	if (cursor->at - cursor->first >= page)
		cursor->first = cursor->at - page + 1;
}

void list_cursor_scroll(struct list_cursor *cursor, long by, __u32 n,
			__u32 page)
{
	cursor->first = moved(cursor->first, by, n > page ? n - page : 0);
	cursor->at = cursor->first;
}
