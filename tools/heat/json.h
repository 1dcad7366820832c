/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as JSON; docs/hotmon.schema.json describes it. All rows that are
 * written must be named (hot_monitor_name()).
 */
#ifndef FRSP_HOT_JSON_H
#define FRSP_HOT_JSON_H

#include <stdbool.h>

#include "heat/monitor.h"

struct json_object;

#define HOT_JSON_SCHEMA "frsp.hotmon/1"

/* The whole document, to be printed by json_print(). NULL: no memory. */
struct json_object *hot_json_document(const struct hot_frame *frame,
				      bool ranges);

/* Adds a report to object, without the head that all documents share. */
void hot_json_add(struct json_object *object, const struct hot_frame *frame,
		  bool ranges);

/* A file or range; a range without what it shares with its file; and a process
 * with what it moved of one.
 */
struct json_object *hot_json_row(const struct hot_row *row);
struct json_object *hot_json_range(const struct hot_row *row);
struct json_object *hot_json_who(const struct hot_row_who *who);

#endif
