/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frsp-top's JSON: docs/frsp-top.schema.json says what is in it. */
#ifndef FRSP_TOP_JSON_H
#define FRSP_TOP_JSON_H

#include <stdio.h>

#include "top/view.h"

#define TOP_JSON_SCHEMA "frsp.top/1"

/* One line, flushed; the map and the heat only if view is of them. 0 or
 * -errno.
 */
int top_json_write(FILE *out, struct top_model *model,
		   const struct top_frame *frame, const struct top_view *view);

#endif
