/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a file as JSON. */
#ifndef FRSP_HOTMON_PAGE_JSON_H
#define FRSP_HOTMON_PAGE_JSON_H

#include <json-c/json.h>

#include "heat/history.h"
#include "heat/page.h"

/* Adds the field "page" to a document. max_rows: at most so many ranges, in
 * this order; 0: all. wall_ns, mono_ns: the time of the frame.
 */
void page_json_add(struct json_object *document, const struct hot_page *page,
		   const struct hot_history *history, struct hot_sort sort,
		   __u32 max_rows, __u64 wall_ns, __u64 mono_ns);

#endif
