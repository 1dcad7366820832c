/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a frame as one line of JSON; docs/hotmon.schema.json describes it. All
 * rows that are written must be named (hot_monitor_name()).
 */
#ifndef FRSP_HOT_JSON_H
#define FRSP_HOT_JSON_H

#include <stdio.h>

#include "heat/monitor.h"

struct json_object;

#define HOT_JSON_SCHEMA "frsp.hotmon/1"

/* Returns 0, -ENOMEM, or -errno of the write. */
int hot_json_write(FILE *out, const struct hot_frame *frame, bool ranges);

/* Adds a report to object, without the head that all documents share. */
void hot_json_add(struct json_object *object, const struct hot_frame *frame,
		  bool ranges);

#endif
