/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as one line of JSON; docs/hotmon.schema.json describes it. */
#ifndef FRSP_HOT_JSON_H
#define FRSP_HOT_JSON_H

#include <stdio.h>

#include "heat/monitor.h"

struct json_object;

#define HOT_JSON_SCHEMA "frsp.hotmon/1"

/* Returns 0 or -ENOMEM, or -errno of the write. */
int hot_json_write(FILE *out, struct hot_monitor *monitor,
		   const struct hot_frame *frame, bool ranges);

/* What a report has but for the head that all documents have. */
void hot_json_add(struct json_object *object, struct hot_monitor *monitor,
		  const struct hot_frame *frame, bool ranges);

#endif
